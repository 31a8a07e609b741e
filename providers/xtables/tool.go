package xtables

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// lockWait is how many seconds to wait for the lock that iptables-legacy
// takes while it changes a table.
const lockWait = "10"

// Detect tells which backend the host's own iptables command uses, and its
// version. It changes nothing: --version opens no table.
func Detect(ctx context.Context, h host.Host) (Backend, Version, error) {
	return detect(ctx, h, "iptables")
}

func detect(ctx context.Context, h host.Host, program string) (Backend, Version, error) {
	res, err := h.Run(ctx, host.Command{Argv: []string{program, "--version"}})
	if errors.Is(err, fs.ErrNotExist) {
		return "", Version{}, &NotInstalledError{program, err}
	}
	if err != nil {
		return "", Version{}, err
	}
	if res.ExitCode != 0 {
		return "", Version{}, fmt.Errorf("%s --version: exit code %d: %s", program, res.ExitCode, firstLine(res.Stderr))
	}
	v, b, err := parseVersion(firstLine(res.Stdout))
	return b, v, err
}

// version is that of the program for a backend.
func (t Target) version(ctx context.Context, h host.Host) (Version, error) {
	program := "iptables-" + string(t.Backend)
	_, v, err := detect(ctx, h, program)
	var missing *NotInstalledError
	if !errors.As(err, &missing) {
		return v, err
	}
	backend, v, err := Detect(ctx, h)
	if err == nil && backend != t.Backend {
		err = &NotInstalledError{program, fs.ErrNotExist}
	}
	return v, err
}

// command names the program of the target's family and backend; suffix is
// "", "-save" or "-restore".
func (t Target) command(suffix string) string {
	return t.family() + "-" + string(t.Backend) + suffix
}

func (t Target) family() string {
	if t.Family == packet.IPv6 {
		return "ip6tables"
	}
	return "iptables"
}

// run runs one of the programs. Distributions that have a single backend may
// lack the names with the backend in them: then the plain name will do, if
// it is that backend's.
func (t Target) run(ctx context.Context, h host.Host, suffix string, stdin []byte, args ...string) (host.Result, error) {
	res, err := h.Run(ctx, host.Command{Argv: append([]string{t.command(suffix)}, args...), Stdin: stdin})
	if !errors.Is(err, fs.ErrNotExist) {
		return res, err
	}
	backend, _, detectErr := Detect(ctx, h)
	if detectErr != nil {
		return host.Result{}, detectErr
	}
	if backend != t.Backend {
		return host.Result{}, &NotInstalledError{t.command(suffix), err}
	}
	return h.Run(ctx, host.Command{Argv: append([]string{t.family() + suffix}, args...), Stdin: stdin})
}

// firstLine is the first line of a program's output that says something.
func firstLine(out []byte) string {
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# Warning:") {
			return line
		}
	}
	return ""
}
