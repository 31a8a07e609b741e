package cli

import (
	"os"
	"os/signal"
	"os/user"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/ctplan/ctplan/providers/host"
)

// NewEnv is the Env of the running process.
func NewEnv() *Env {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	// A lost terminal must not kill a transaction half way either.
	signal.Notify(signals, syscall.SIGHUP)
	// Nor must a reader that goes away (`ctplan apply | head`): the writes fail
	// and are forgotten. Catching the signal, unlike ignoring it, is not
	// handed down to the programs that ctplan runs.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	width, _, err := term.GetSize(int(os.Stdout.Fd()))
	if err != nil {
		width = 0
	}
	// Without a working directory, relative paths fail with their own error.
	dir, _ := os.Getwd()
	hostname, err := os.Hostname()
	if err != nil {
		hostname = "localhost"
	}
	return &Env{
		Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		StdinTTY:  term.IsTerminal(int(os.Stdin.Fd())),
		StdoutTTY: term.IsTerminal(int(os.Stdout.Fd())),
		StderrTTY: term.IsTerminal(int(os.Stderr.Fd())),
		Width:     width,
		Environ:   os.Environ(),
		Dir:       dir,
		Signals:   signals,
		Now:       time.Now,
		Hostname:  hostname,
		User:      username(),
		PID:       os.Getpid(),
		Root:      os.Geteuid() == 0,
		OpenHost:  func(o host.LiveOptions) (Host, error) { return host.NewLive(o) },
		Build:     build(),
	}
}

// username is who called ctplan, also through sudo.
func username() string {
	if name := os.Getenv("SUDO_USER"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return "uid " + strconv.Itoa(os.Getuid())
}

// version is the release. The build can set another one with
// -ldflags "-X github.com/ctplan/ctplan/cmd/cli.version=1.2.3".
var version = "0.1.0-dev"

// build identifies the program by what the Go toolchain recorded.
func build() Build {
	b := Build{Version: version}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			b.Commit = s.Value[:12]
		}
	}
	return b
}
