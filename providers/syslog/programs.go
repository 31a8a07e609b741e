package syslog

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/ctplan/ctplan/providers/host"
)

const checkTimeout = 30 * time.Second

// installed finds a program in the host's own file system.
func installed(ctx context.Context, h host.Host, name string) (string, bool) {
	for dir := range strings.SplitSeq(host.SafePath, ":") {
		entries, err := h.ReadDir(ctx, dir)
		if err != nil {
			continue
		}
		for _, e := range entries {
			if e.Name == name {
				return path.Join(dir, name), true
			}
		}
	}
	return "", false
}

// CheckError says that a program refuses a drop-in that was made for it.
type CheckError struct {
	Program string
	// Output is what the program says of it.
	Output string
}

func (e *CheckError) Error() string {
	return fmt.Sprintf("%s refuses it: %s", e.Program, e.Output)
}

// checkRsyslog has rsyslogd read a candidate without acting on it.
func checkRsyslog(ctx context.Context, h host.Host, content string) error {
	result, err := h.Run(ctx, host.Command{
		Argv:    []string{"rsyslogd", "-N1", "-f", "/dev/stdin"},
		Stdin:   []byte(content),
		Timeout: checkTimeout,
	})
	if err != nil {
		return err
	}
	if result.ExitCode != 0 {
		return &CheckError{"rsyslogd -N1", complaints(result, "rsyslogd: ")}
	}
	return nil
}

// checkLogrotate has logrotate read a candidate and say what it would do.
// logrotate reads regular files only, so that there has to be one for a moment.
func checkLogrotate(ctx context.Context, h host.Host, content string) (err error) {
	made, err := h.Run(ctx, host.Command{Argv: []string{"mktemp", "-d", "/tmp/ctplan-check.XXXXXXXXXX"}, Timeout: checkTimeout})
	if err != nil {
		return err
	}
	dir := strings.TrimSpace(string(made.Stdout))
	if made.ExitCode != 0 || !strings.HasPrefix(dir, "/tmp/ctplan-check.") {
		return fmt.Errorf("make a temporary directory: %s", complaints(made, ""))
	}
	defer func() {
		_, removed := h.Run(ctx, host.Command{Argv: []string{"rm", "-rf", "--", dir}, Timeout: checkTimeout})
		err = errors.Join(err, removed)
	}()
	name := path.Join(dir, "candidate")
	if _, err := h.Run(ctx, host.Command{Argv: []string{"tee", "--", name}, Stdin: []byte(content), Timeout: checkTimeout}); err != nil {
		return err
	}
	if _, err := h.Run(ctx, host.Command{Argv: []string{"chmod", "0644", "--", name}, Timeout: checkTimeout}); err != nil {
		return err
	}
	result, err := h.Run(ctx, host.Command{Argv: []string{"logrotate", "-d", "-s", path.Join(dir, "status"), name}, Timeout: checkTimeout})
	if err != nil {
		return err
	}
	// Some versions end with 0 although they have ignored a part.
	if said := complaints(result, "error: "); result.ExitCode != 0 || strings.Contains(string(result.Stderr), "error: ") {
		return &CheckError{"logrotate -d", strings.ReplaceAll(said, name, "the drop-in")}
	}
	return nil
}

// complaints are the lines of a program's output that carry a mark, or all
// of it, in one line.
func complaints(r host.Result, mark string) string {
	var marked, all []string
	for line := range strings.Lines(string(r.Stderr) + string(r.Stdout)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		all = append(all, line)
		if text, ok := strings.CutPrefix(line, mark); ok && !strings.Contains(line, "config validation run") {
			marked = append(marked, text)
		}
	}
	if len(marked) > 0 {
		all = marked
	}
	if len(all) == 0 {
		return fmt.Sprintf("exit code %d", r.ExitCode)
	}
	return strings.Join(all, "; ")
}

// fileFacts are what stat says of a file or directory.
type fileFacts struct {
	mode         uint64
	owner, group string
}

// stat asks for a file's owner and permissions; ok is false where it is not there.
func stat(ctx context.Context, h host.Host, name string) (out fileFacts, ok bool) {
	result, err := h.Run(ctx, host.Command{Argv: []string{"stat", "-L", "-c", "%a %U %G", "--", name}, Timeout: checkTimeout})
	if err != nil || result.ExitCode != 0 {
		return fileFacts{}, false
	}
	n, err := fmt.Sscanf(string(result.Stdout), "%o %s %s", &out.mode, &out.owner, &out.group)
	return out, err == nil && n == 3
}
