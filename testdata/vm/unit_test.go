package vm

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"
)

func TestReportLinesBecomeTheResult(t *testing.T) {
	result := Result{Exit: -1}
	for _, line := range []string{"ok first", "not ok second: got 'a: b', want 'c'", "exit 3"} {
		result.parseReport(line)
	}
	want := Result{
		Verdicts: []Verdict{{Name: "first", OK: true}, {Name: "second", Reason: "got 'a: b', want 'c'"}},
		Exit:     3,
	}
	if !reflect.DeepEqual(result, want) {
		t.Errorf("got %+v, want %+v", result, want)
	}
}

func TestReportWithStrayTextIsAFailure(t *testing.T) {
	for _, line := range []string{"", "hello", "exit", "exit x", "okay"} {
		var result Result
		result.parseReport(line)
		if result.Failure == "" {
			t.Errorf("%q passes for a report", line)
		}
	}
}

func TestEnvironmentSurvivesTheShell(t *testing.T) {
	value := "it's \"quoted\" $HOME `id` \\ and\nmore"
	script := string(Scenario{Env: map[string]string{"VALUE": value}}.environment())
	out, err := exec.Command("sh", "-c", script+`printf %s "$VALUE"`).Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != value {
		t.Errorf("got %q, want %q", out, value)
	}
}

func TestInputAndOutputDisksAreTarArchives(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	s := Scenario{Name: "bed-small", Files: fstest.MapFS{"etc/hosts": {Data: []byte("127.0.0.1 localhost\n"), Mode: 0o644}}}
	if err := writeInput(disk, s); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(disk)
	if err != nil {
		t.Fatal(err)
	}
	if info.Size()%blockSize != 0 {
		t.Errorf("a disk of %d bytes is no whole number of blocks", info.Size())
	}
	files, err := readOutput(disk)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(files["etc/hosts"]); got != "127.0.0.1 localhost\n" {
		t.Errorf("etc/hosts is %q", got)
	}
	if len(files["run/ctplan-vm/scenario.sh"]) == 0 || len(files["run/ctplan-vm/lib.sh"]) == 0 {
		t.Error("the script or its library is missing")
	}
}

func TestFilesOutsideTheGuestAreRefused(t *testing.T) {
	for _, name := range []string{"/etc/hosts", "../etc/hosts"} {
		s := Scenario{Name: "bed-small", Files: fstest.MapFS{name: {}}}
		if err := writeInput(filepath.Join(t.TempDir(), "disk"), s); err == nil {
			t.Errorf("%q was accepted", name)
		}
	}
}

func TestUnusedOutputDiskHoldsNoFiles(t *testing.T) {
	disk := filepath.Join(t.TempDir(), "disk")
	if err := sparse(disk, 4*blockSize); err != nil {
		t.Fatal(err)
	}
	files, err := readOutput(disk)
	if err != nil || len(files) != 0 {
		t.Errorf("got %v, %v", files, err)
	}
}

func TestCpioEntriesAreAligned(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{"a": "", "bc": "x", "def": "four", "ghij": "fives"} {
		if err := os.WriteFile(filepath.Join(root, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var archive bytes.Buffer
	w := &cpioWriter{w: &archive}
	if err := w.tree(root); err != nil {
		t.Fatal(err)
	}
	if err := w.close(); err != nil {
		t.Fatal(err)
	}
	const magic = "070701"
	entries := 0
	for rest, offset := archive.String(), 0; ; entries++ {
		at := strings.Index(rest, magic)
		if at < 0 {
			break
		}
		if offset += at; offset%4 != 0 {
			t.Errorf("an entry begins at byte %d", offset)
		}
		rest, offset = rest[at+len(magic):], offset+len(magic)
	}
	if want := 5; entries != want {
		t.Errorf("%d entries, want %d", entries, want)
	}
}

func TestKernelPackagesOfEveryGeneration(t *testing.T) {
	depends := `linux-image-cloud-amd64
  Depends: linux-base-cloud-amd64
  Depends: linux-image-7.2.13+deb14-cloud-amd64
  PreDepends: linux-base
 |Depends: dracut
  Depends: linux-modules-7.2.13+deb14-cloud-amd64
  Suggests: linux-doc-7.2
`
	var got []string
	for _, match := range kernelDependency.FindAllStringSubmatch(depends, -1) {
		got = append(got, match[1])
	}
	want := []string{"linux-image-7.2.13+deb14-cloud-amd64", "linux-modules-7.2.13+deb14-cloud-amd64"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
