package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ctplan/ctplan/providers/host"
)

// Env is everything that a run takes from the process around it. Tests
// replace any of it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	// StdinTTY, StdoutTTY and StderrTTY say which of them are terminals.
	StdinTTY, StdoutTTY, StderrTTY bool
	// Width is the number of columns of the terminal, 0 if there is none.
	Width int
	// Environ is the environment, as os.Environ gives it.
	Environ []string
	// Dir is the working directory that relative paths start from.
	Dir string
	// Signals delivers SIGINT and SIGTERM.
	Signals <-chan os.Signal
	// Now is the clock.
	Now func() time.Time
	// Hostname, User and PID say who is running ctplan, for locks and history.
	Hostname, User string
	PID            int
	// Root says whether the process has root's privileges.
	Root bool
	// OpenHost opens the machine to work on.
	OpenHost func(host.LiveOptions) (Host, error)
	// Build says which ctplan this is.
	Build Build
}

// Host is a machine that has to be closed after use.
type Host interface {
	host.Host
	io.Closer
}

// Build identifies the program.
type Build struct {
	// Version is the release, "0.1.0".
	Version string
	// Commit is the revision that it was built from, or empty.
	Commit string
}

// getenv returns a variable of the environment; the last one counts.
func (e *Env) getenv(name string) string {
	value := ""
	for _, kv := range e.Environ {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			value = v
		}
	}
	return value
}

// path makes a path absolute.
func (e *Env) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(e.Dir, p)
}
