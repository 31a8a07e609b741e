package host_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

// tree makes files ("content"), links ("-> target") and directories ("/").
func tree(t *testing.T, entries map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range entries {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		var err error
		if to, isLink := strings.CutPrefix(content, "-> "); isLink {
			err = os.Symlink(to, path)
		} else if content == "/" {
			err = os.MkdirAll(path, 0o755)
		} else {
			err = os.WriteFile(path, []byte(content), 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLinksStayInsideTheRoot(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("outside"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newLive(t, host.LiveOptions{Root: tree(t, map[string]string{
		"etc/plain":            "plain",
		"etc/relative":         "-> plain",
		"etc/absolute":         "-> /etc/plain",
		"etc/up":               "-> ../../../../etc/plain",
		"etc/chain":            "-> absolute",
		"etc/d":                "-> /usr/lib/d",
		"usr/lib/d/file":       "in d",
		"usr/lib/d/back":       "-> ../../../etc/plain",
		"etc/escape":           "-> " + outside,
		"etc/dotdot":           "-> " + strings.Repeat("../", 30) + outside,
		"etc/loop":             "-> loop",
		"etc/dangling":         "-> nowhere",
		"etc/masked":           "-> /dev/null",
		"etc/through":          "-> plain/file",
		"etc/directory/inside": "x",
	})})
	for path, want := range map[string]string{
		"/etc/plain": "plain", "/etc/relative": "plain", "/etc/absolute": "plain", "/etc/up": "plain",
		"/etc/chain": "plain", "/etc/d/file": "in d", "/etc/d/back": "plain", "/etc/d/../lib/d/file": "",
		"/../../etc/plain": "plain", "/etc//./plain": "plain", "/etc/masked": "",
	} {
		f, err := h.ReadFile(ctx, path)
		if path == "/etc/d/../lib/d/file" { // paths are cleaned before links are followed
			if !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %q, %v", path, f.Data, err)
			}
			continue
		}
		if err != nil || string(f.Data) != want {
			t.Errorf("%s: %q, %v; want %q", path, f.Data, err, want)
		}
	}
	for path, want := range map[string]error{
		"/etc/escape": fs.ErrNotExist, "/etc/dotdot": fs.ErrNotExist, "/etc/dangling": fs.ErrNotExist,
		"/etc/loop": syscall.ELOOP, "/etc/through": syscall.ENOTDIR, "/etc/directory": syscall.EISDIR, "/": syscall.EISDIR,
	} {
		if f, err := h.ReadFile(ctx, path); !errors.Is(err, want) {
			t.Errorf("%s: %q, %v; want %v", path, f.Data, err, want)
		}
	}
}

func TestReadDirIsSortedAndDoesNotFollowLinks(t *testing.T) {
	h := newLive(t, host.LiveOptions{Root: tree(t, map[string]string{
		"etc/b": "", "etc/a": "-> b", "etc/c": "/", "link": "-> /etc",
	})})
	want := []host.DirEntry{{Name: "a", Type: fs.ModeSymlink}, {Name: "b"}, {Name: "c", Type: fs.ModeDir}}
	for _, dir := range []string{"/etc", "/etc/", "/link"} {
		got, err := h.ReadDir(ctx, dir)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", dir, diff)
		}
	}
}

func own(data string, mode fs.FileMode) host.File {
	return host.File{Data: []byte(data), Mode: mode, UID: os.Geteuid(), GID: os.Getegid()}
}

func TestWriteFileMakesDirectoriesAndReplaces(t *testing.T) {
	root := t.TempDir()
	defer syscall.Umask(syscall.Umask(0o077)) // must not matter
	h := newLive(t, host.LiveOptions{Root: root})
	for _, want := range []host.File{own("first\n", 0o644), own("", 0o600), own("third\x00\xff", 0o755)} {
		if err := h.WriteFile(ctx, "/etc/new/dir/file.conf", want); err != nil {
			t.Fatal(err)
		}
		got, err := h.ReadFile(ctx, "/etc/new/dir/file.conf")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmp.Transformer("text", func(b []byte) string { return string(b) })); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for _, dir := range []string{"etc", "etc/new", "etc/new/dir"} {
		fi, err := os.Stat(filepath.Join(root, dir))
		if err != nil || fi.Mode().Perm() != 0o755 {
			t.Errorf("%s: %v, %v", dir, fi.Mode(), err)
		}
	}
	wantNames(t, filepath.Join(root, "etc/new/dir"), "file.conf")
}

func wantNames(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", dir, diff)
	}
}

func TestWriteFileSetsTheOwner(t *testing.T) {
	hosttest.RequireRoot(t)
	h := newLive(t, host.LiveOptions{Root: t.TempDir()})
	want := host.File{Data: []byte("x"), Mode: 0o640, UID: 12345, GID: 54321}
	if err := h.WriteFile(ctx, "/file", want); err != nil {
		t.Fatal(err)
	}
	got, err := h.ReadFile(ctx, "/file")
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestChangesRefuseLinks(t *testing.T) {
	root := tree(t, map[string]string{
		"etc/real/file": "old", "etc/linked": "-> real", "etc/file": "-> real/file", "etc/gone": "-> nowhere",
	})
	h := newLive(t, host.LiveOptions{Root: root})
	for path, component := range map[string]string{
		"/etc/linked/file": "/etc/linked", "/etc/file": "/etc/file", "/etc/gone": "/etc/gone", "/etc/linked/new/file": "/etc/linked",
	} {
		for op, err := range map[string]error{
			"write": h.WriteFile(ctx, path, own("new", 0o644)), "remove": h.Remove(ctx, path),
		} {
			var link *host.LinkError
			if !errors.As(err, &link) || link.Link != component || link.Path != path {
				t.Errorf("%s %s: %v, want a LinkError at %s", op, path, err, component)
			}
		}
	}
	wantNames(t, filepath.Join(root, "etc"), "file", "gone", "linked", "real")
	wantNames(t, filepath.Join(root, "etc/real"), "file")
}

func TestChangesRefuseWhatIsNoRegularFile(t *testing.T) {
	root := tree(t, map[string]string{"etc/dir": "/", "etc/file": "x"})
	if err := syscall.Mkfifo(filepath.Join(root, "etc/pipe"), 0o644); err != nil {
		t.Fatal(err)
	}
	h := newLive(t, host.LiveOptions{Root: root})
	for path, want := range map[string]error{
		"/etc/dir": syscall.EISDIR, "/etc/pipe": fs.ErrInvalid, "/etc/file/below": syscall.ENOTDIR,
	} {
		if err := h.WriteFile(ctx, path, own("new", 0o644)); !errors.Is(err, want) {
			t.Errorf("write %s: %v, want %v", path, err, want)
		}
		if err := h.Remove(ctx, path); !errors.Is(err, want) {
			t.Errorf("remove %s: %v, want %v", path, err, want)
		}
	}
	if _, err := h.ReadFile(ctx, "/etc/pipe"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("read a pipe: %v", err)
	}
}

func TestRemove(t *testing.T) {
	root := tree(t, map[string]string{"etc/dir/file": "x"})
	h := newLive(t, host.LiveOptions{Root: root})
	for _, path := range []string{"/etc/dir/file", "/etc/dir/file", "/etc/none/file"} {
		if err := h.Remove(ctx, path); err != nil {
			t.Error(err)
		}
	}
	wantNames(t, filepath.Join(root, "etc"), "dir")
	wantNames(t, filepath.Join(root, "etc/dir"))
}

func TestLeftoversOfKilledRunsAreRemoved(t *testing.T) {
	leftover := ".ctplan-tmp-" + strings.Repeat("Q", 26)
	for name, change := range map[string]func(host.Host) error{
		"write":  func(h host.Host) error { return h.WriteFile(ctx, "/etc/file", own("new", 0o644)) },
		"remove": func(h host.Host) error { return h.Remove(ctx, "/etc/gone") },
	} {
		t.Run(name, func(t *testing.T) {
			root := tree(t, map[string]string{"etc/file": "old", "etc/" + leftover: "half", "etc/.ctplan-tmp-mine": "foreign"})
			if err := change(newLive(t, host.LiveOptions{Root: root})); err != nil {
				t.Fatal(err)
			}
			wantNames(t, filepath.Join(root, "etc"), ".ctplan-tmp-mine", "file")
		})
	}
}

func TestTemporaryFileInUseIsNotALeftover(t *testing.T) {
	name := ".ctplan-tmp-" + strings.Repeat("Q", 26)
	root := tree(t, map[string]string{"etc/" + name: "being written"})
	f, err := os.Open(filepath.Join(root, "etc", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX); err != nil {
		t.Fatal(err)
	}
	if err := newLive(t, host.LiveOptions{Root: root}).WriteFile(ctx, "/etc/file", own("x", 0o644)); err != nil {
		t.Fatal(err)
	}
	wantNames(t, filepath.Join(root, "etc"), name, "file")
}

func TestFullDiskLeavesTheOldFile(t *testing.T) {
	root := hosttest.SmallDisk(t, 64<<10)
	h := newLive(t, host.LiveOptions{Root: root})
	if err := h.WriteFile(ctx, "/file", own("old", 0o644)); err != nil {
		t.Fatal(err)
	}
	err := h.WriteFile(ctx, "/file", own(strings.Repeat("new", 64<<10), 0o644))
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("got %v, want ENOSPC", err)
	}
	if f, err := h.ReadFile(ctx, "/file"); err != nil || string(f.Data) != "old" {
		t.Errorf("got %q, %v", f.Data, err)
	}
	wantNames(t, root, "file")
}

func TestKilledWriterLeavesAWholeFile(t *testing.T) {
	texts := []string{strings.Repeat("old\n", 50_000), strings.Repeat("new\n", 60_000)}
	if root := os.Getenv("WRITER_ROOT"); root != "" {
		h := newLive(t, host.LiveOptions{Root: root})
		for i := 0; ; i++ {
			if err := h.WriteFile(ctx, "/etc/file", own(texts[i%2], 0o644)); err != nil {
				t.Fatal(err)
			}
		}
	}
	root := t.TempDir()
	h := newLive(t, host.LiveOptions{Root: root})
	if err := h.WriteFile(ctx, "/etc/file", own(texts[0], 0o644)); err != nil {
		t.Fatal(err)
	}
	leftovers := 0
	for i := range 20 {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), "WRITER_ROOT="+root)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(30+i) * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // "signal: killed"
		if f, err := h.ReadFile(ctx, "/etc/file"); err != nil || string(f.Data) != texts[0] && string(f.Data) != texts[1] {
			t.Fatalf("%d bytes, %v", len(f.Data), err)
		}
		if entries, err := os.ReadDir(filepath.Join(root, "etc")); err != nil || len(entries) > 2 {
			t.Fatalf("%v, %v", entries, err)
		} else if len(entries) == 2 {
			leftovers++
		}
	}
	t.Logf("%d of 20 kills came while a file was being written", leftovers)
	if err := h.WriteFile(ctx, "/etc/file", own("", 0o644)); err != nil {
		t.Fatal(err)
	}
	wantNames(t, filepath.Join(root, "etc"), "file")
}

func TestRootMustBeADirectory(t *testing.T) {
	root := tree(t, map[string]string{"file": ""})
	for path, want := range map[string]error{"file": syscall.ENOTDIR, "none": fs.ErrNotExist} {
		if _, err := host.NewLive(host.LiveOptions{Root: filepath.Join(root, path)}); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}
