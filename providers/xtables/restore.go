package xtables

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
)

// lockExit is iptables-legacy's exit code when it did not get the lock
// (RESOURCE_PROBLEM in xtables.h). iptables-nft uses the same code for
// everything that the kernel refuses, but takes no lock.
const lockExit = 4

// restore runs one transaction. An empty one needs no run.
func (t Target) restore(ctx context.Context, h host.Host, script string) error {
	if script == "" {
		return nil
	}
	return t.restoreWithin(ctx, h, script, lockWait)
}

// restoreWithin waits that many seconds for the lock.
func (t Target) restoreWithin(ctx context.Context, h host.Host, script, seconds string) error {
	res, err := t.run(ctx, h, "-restore", []byte(script), "--noflush", "--counters", "-w", seconds)
	switch {
	case err != nil:
		return err
	case res.ExitCode == 0:
		return nil
	case res.ExitCode == lockExit && t.Backend == Legacy:
		return &LockError{Target: t, Seconds: seconds, Holder: lockHolder(ctx, h)}
	}
	e := &RestoreError{Target: t, ExitCode: res.ExitCode, Said: strings.TrimSpace(string(res.Stderr))}
	e.Line = failedLine(e.Said)
	if lines := strings.Split(script, "\n"); e.Line > 0 && e.Line <= len(lines) {
		e.Text = lines[e.Line-1]
	}
	return e
}

// Ways in which the programs name the line that failed. It only makes errors
// easier to read: nothing is decided by it.
var failedLines = []*regexp.Regexp{
	regexp.MustCompile(`line (\d+): [A-Z_]+ failed`),    // nft: line 8: RULE_APPEND failed (Invalid argument)
	regexp.MustCompile(`line (\d+) failed`),             // both: iptables-restore: line 9 failed
	regexp.MustCompile(`Error occurred at line: (\d+)`), // both, for options that are not understood
}

func failedLine(said string) int {
	for _, form := range failedLines {
		if m := form.FindStringSubmatch(said); m != nil {
			n, _ := strconv.Atoi(m[1])
			return n
		}
	}
	return 0
}

// lockFile is what iptables-legacy locks with flock(2).
const lockFile = "/run/xtables.lock"

// lockHolder finds the process that holds the lock in the kernel's list of
// file locks, by the file's inode number: "docker (pid 812)". It is for a
// message; what cannot be found out leaves it empty.
func lockHolder(ctx context.Context, h host.Host) string {
	res, err := h.Run(ctx, host.Command{Argv: []string{"stat", "-c", "%i", lockFile}})
	if err != nil || res.ExitCode != 0 {
		return ""
	}
	inode := strings.TrimSpace(string(res.Stdout))
	locks, err := h.ReadFile(ctx, "/proc/locks")
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(locks.Data)) {
		// 1: FLOCK  ADVISORY  WRITE 812 00:19:1234 0 EOF
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], ":"+inode) {
			continue
		}
		name := "a process"
		if comm, err := h.ReadFile(ctx, "/proc/"+f[4]+"/comm"); err == nil {
			name = strings.TrimSpace(string(comm.Data))
		}
		return fmt.Sprintf("%s (pid %s)", name, f[4])
	}
	return ""
}
