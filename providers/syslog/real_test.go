package syslog

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

func requireProgram(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	for _, dir := range []string{"/usr/sbin/", "/sbin/"} {
		if err != nil {
			path = dir + name
			_, err = os.Stat(path)
		}
	}
	hosttest.Require(t, name, err == nil)
	return path
}

// rsyslogd runs the real one with an input for lines of the kernel, of
// another facility, a drop-in, and a file for the rest; feed it lines with the
// returned function, which waits until all have arrived somewhere.
func rsyslogd(t *testing.T, dropIn string) (dir string, feed func(kernel, user []string)) {
	t.Helper()
	program := requireProgram(t, "rsyslogd")
	dir = t.TempDir()
	write := func(name, data string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("kernel", "")
	write("user", "")
	write("drop-in", dropIn)
	write("rsyslog.conf", fmt.Sprintf(`
global(workDirectory=%[1]q)
module(load="imfile" mode="inotify")
input(type="imfile" file="%[1]s/kernel" tag="kernel:" facility="kern" severity="debug")
input(type="imfile" file="%[1]s/user" tag="user:" facility="user")
template(name="plain" type="string" string="%%msg%%\n")
action(type="omfile" file="%[1]s/seen" template="plain")
$IncludeConfig %[1]s/drop-in
action(type="omfile" file="%[1]s/rest" template="plain")
`, dir))
	cmd := exec.Command(program, "-n", "-f", filepath.Join(dir, "rsyslog.conf"), "-i", filepath.Join(dir, "pid"))
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("rsyslogd: %s", said.String())
		}
	})
	return dir, func(kernel, user []string) {
		t.Helper()
		write("kernel", strings.Join(kernel, "\n")+"\n")
		write("user", strings.Join(user, "\n")+"\n")
		deadline := time.Now().Add(20 * time.Second)
		for len(lines(dir, "seen")) < len(kernel)+len(user) {
			if time.Now().After(deadline) {
				t.Fatalf("only %q arrived", lines(dir, "seen"))
			}
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond) // the last line is on its way through the other actions
	}
}

func lines(dir, name string) []string {
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil || len(data) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
}

// prefixes are what could break quoting, besides the usual ones.
var prefixes = []string{
	"[drds] ", "CT: ", "input_drop: ", `a"b\c$d%e'f `, "x(y)*+?{1}|^. ", "# not a comment ", "`id` $(id) ", "käse ", `\n\x41 `, "a{b}c; ", "]]> ", "%msg% ", "//x/* ",
}

func TestLinesArriveThroughRsyslogd(t *testing.T) {
	for i, prefix := range prefixes {
		t.Run(fmt.Sprint(i), func(t *testing.T) { // the name becomes part of paths
			t.Parallel()
			dirs := t.TempDir()
			r := &route{address: "log_route.x", prefix: prefix, file: filepath.Join(dirs, "routed"), stop: true, mode: "0640"}
			const line = "IN= OUT=eth0 SRC=10.0.186.75 DST=10.0.175.109 PROTO=TCP SPT=8182 DPT=9366 ACK RST"
			match := []string{
				"[    9.044364] " + prefix + line,
				"[6717278.750255] " + prefix + line,
				" " + prefix + line,
				prefix + line,
			}
			other := []string{
				"[    9.044364] other " + prefix + line,
				"[    9.044364] " + strings.ToUpper("zz"+prefix) + line,
				"x" + prefix + line,
				"nf_conntrack: nf_conntrack: table full, dropping packet",
			}
			dir, feed := rsyslogd(t, strings.ReplaceAll(r.rsyslog(), "file=", "template=\"plain\" file="))
			forged := prefix + "forged by a user"
			feed(append(append([]string{}, match...), other...), []string{forged})
			routed, rest := lines(dirs, "routed"), lines(dir, "rest")
			if len(routed) != len(match) {
				t.Errorf("%d lines arrived, want %d:\n%s\nfilter:\n%s", len(routed), len(match), strings.Join(routed, "\n"), r.rsyslog())
			}
			if len(rest) != len(other)+1 {
				t.Errorf("%d lines went on, want %d:\n%s", len(rest), len(other)+1, strings.Join(rest, "\n"))
			}
			if !strings.Contains(strings.Join(rest, "\n"), forged) {
				t.Errorf("the line of a user's program is not among the rest")
			}
			fi, err := os.Stat(r.file)
			if err != nil || fi.Mode().Perm() != 0o640 {
				t.Errorf("the file is %v, %v", fi, err)
			}
		})
	}
}

func TestContainsAndGoingOn(t *testing.T) {
	dirs := t.TempDir()
	r := &route{address: "log_route.x", prefix: "[drds] ", file: filepath.Join(dirs, "routed"), contains: true, mode: "0600"}
	dir, feed := rsyslogd(t, r.rsyslog())
	feed([]string{"[ 9.0] anything [drds] IN=", "nothing"}, []string{"[drds] forged"})
	if got := lines(dirs, "routed"); len(got) != 1 {
		t.Errorf("routed %q", got)
	}
	if got := lines(dir, "rest"); len(got) != 3 {
		t.Errorf("without stop, the rest has %q", got)
	}
}

func TestRsyslogdChecksCandidates(t *testing.T) {
	requireProgram(t, "rsyslogd")
	h := live(t)
	for _, prefix := range prefixes {
		r := &route{address: "log_route.x", prefix: prefix, file: "/var/log/x.log", owner: "root", group: "root", mode: "0640"}
		if err := checkRsyslog(context.Background(), h, r.rsyslog()); err != nil {
			t.Errorf("%q: %v", prefix, err)
		}
	}
	bad := (&route{prefix: "x", file: "/var/log/x", mode: "0640"}).rsyslog() + "if $msg contains {\n"
	if err := checkRsyslog(context.Background(), h, bad); err == nil {
		t.Error("a broken drop-in passes")
	} else {
		t.Log(err)
	}
	if err := checkRsyslog(context.Background(), h, (&route{prefix: "x", file: "/var/log/x", owner: "nobody-of-this-name", mode: "0640"}).rsyslog()); err == nil {
		t.Error("an unknown owner passes")
	} else {
		t.Log(err)
	}
}

func live(t *testing.T) *host.Live {
	t.Helper()
	h, err := host.NewLive(host.LiveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

func TestLogrotateChecksCandidates(t *testing.T) {
	requireProgram(t, "logrotate")
	h := live(t)
	for _, r := range rotations("/var/log/ctplan-test-" + fmt.Sprint(os.Getpid()) + ".log") {
		if err := checkLogrotate(context.Background(), h, r.logrotate("", rsyslogRotate)); err != nil {
			t.Errorf("%+v: %v\n%s", r.rotation, err, r.logrotate("", rsyslogRotate))
		}
	}
	broken := strings.Replace(rotations("/var/log/x.log")[0].logrotate("", "true"), "daily", "dayly", 1)
	if err := checkLogrotate(context.Background(), h, broken); err == nil {
		t.Error("a broken drop-in passes")
	} else {
		t.Log(err)
	}
	if left, _ := filepath.Glob("/tmp/ctplan-check.*"); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func rotations(file string) []*route {
	var out []*route
	for _, t := range []rotation{
		{frequency: "daily", keep: 30, compress: true, dateext: true},
		{frequency: "hourly", keep: 0, maxSize: 1 << 20, copytruncate: true, dateext: true},
		{frequency: "weekly", keep: 4, copytruncate: true, appendOnly: true},
		{frequency: "yearly", keep: 1, appendOnly: true, compress: true},
	} {
		out = append(out, &route{address: "log_route.x", prefix: "x", file: file, owner: "root", group: "root", mode: "0640", rotation: &t})
	}
	return out
}

// The real logrotate rotates the file, and rsyslog's place in it is taken by
// a new one with the wanted permissions.
func TestLogrotateRotates(t *testing.T) {
	program := requireProgram(t, "logrotate")
	hosttest.RequireRoot(t)
	for i, r := range rotations("") {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			dir := t.TempDir()
			r.file = filepath.Join(dir, "x.log")
			if r.rotation.appendOnly {
				out, err := exec.Command(requireProgram(t, "chattr"), "+a", dir).CombinedOutput()
				_ = exec.Command(requireProgram(t, "chattr"), "-a", dir).Run()
				hosttest.Require(t, fmt.Sprintf("a file system with append-only files (%s)", out), err == nil)
				t.Cleanup(func() { _ = exec.Command(requireProgram(t, "chattr"), "-a", r.file).Run() })
			}
			if err := os.WriteFile(r.file, []byte("a line\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			conf := filepath.Join(dir, "conf")
			if err := os.WriteFile(conf, []byte(r.logrotate("", "true")), 0o644); err != nil {
				t.Fatal(err)
			}
			out, err := exec.Command(program, "-f", "-s", filepath.Join(dir, "status"), conf).CombinedOutput()
			if err != nil {
				t.Fatalf("%v: %s", err, out)
			}
			rotated, _ := filepath.Glob(r.file + "?*")
			if want := min(1, int(r.rotation.keep)); len(rotated) != want {
				t.Errorf("%d rotated files, want %d: %q", len(rotated), want, rotated)
			}
			fi, err := os.Stat(r.file)
			if err != nil || fi.Size() != 0 {
				t.Errorf("the log after rotation: %v, %v", fi, err)
			}
			if err == nil && !r.rotation.copytruncate && fi.Mode().Perm() != 0o640 {
				t.Errorf("the new log has mode %v", fi.Mode())
			}
			if r.rotation.appendOnly && os.Truncate(r.file, 0) == nil {
				t.Error("the log is not append-only")
			}
		})
	}
}
