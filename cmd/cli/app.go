package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/state"
)

// globals are the flags of every command.
type globals struct {
	chdir       string
	stateDir    string
	lockTimeout time.Duration
	noColor     bool
	color       string
	netns       string
	root        string
}

// app is one run of ctplan: the environment and the global flags.
type app struct {
	*Env
	globals
	// sources are the configuration files that were read so far, for the
	// snippets of diagnostics.
	sources view.Sources
}

// workdir is where relative paths start: the working directory, or -chdir.
func (a *app) workdir() string { return a.Env.path(a.chdir) }

// checkDir refuses a -chdir that is no directory: without it, ctplan would go
// on to look for the configuration in /etc/ctplan.
func (a *app) checkDir() error {
	if a.chdir == "" {
		return nil
	}
	info, err := os.Stat(a.workdir())
	if err == nil && !info.IsDir() {
		err = syscall.ENOTDIR
	}
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return &usageError{fmt.Sprintf("-chdir=%s cannot be entered: %v.", a.chdir, err)}
	}
	return nil
}

// path makes a path of the command line absolute.
func (a *app) path(p string) string {
	if filepath.IsAbs(p) {
		return filepath.Clean(p)
	}
	return filepath.Join(a.workdir(), p)
}

// stdout and stderr are the streams with what they can show.
func (a *app) stdout() *view.Output { return a.output(a.Stdout, a.StdoutTTY) }
func (a *app) stderr() *view.Output { return a.output(a.Stderr, a.StderrTTY) }

// human is the view for people.
func (a *app) human(compactWarnings bool) *view.Human {
	return &view.Human{Out: a.stdout(), Err: a.stderr(), Sources: a.sources, CompactWarnings: compactWarnings}
}

// addSources makes files known to the diagnostics that follow.
func (a *app) addSources(files map[string]*hcl.File, bytes map[string][]byte) {
	for name, f := range files {
		a.sources[name] = f
	}
	for name, src := range bytes {
		if a.sources[name] == nil {
			a.sources[name] = &hcl.File{Bytes: src}
		}
	}
}

// openHost opens the machine that -netns and -root name.
func (a *app) openHost() (Host, error) {
	h, err := a.OpenHost(host.LiveOptions{Netns: a.netns, Root: a.rootDir()})
	if err != nil {
		return nil, err
	}
	return a.logged(h), nil
}

// rootDir is -root as an absolute path, or empty.
func (a *app) rootDir() string {
	if a.root == "" {
		return ""
	}
	return a.path(a.root)
}

// defaultState is where the state is kept, below the root of the host.
const defaultState = "/var/lib/ctplan"

// stateDirectory is where the state of the chosen host is. Every network
// namespace is a host of its own.
func (a *app) stateDirectory() *state.Dir {
	if a.stateDir != "" {
		return state.Open(a.path(a.stateDir))
	}
	if dir := a.getenv("CTPLAN_STATE_DIR"); dir != "" {
		return state.Open(a.path(dir))
	}
	dir := filepath.Join("/", a.rootDir(), defaultState)
	if a.netns != "" {
		dir = filepath.Join(dir, "netns", netnsName(a.netns))
	}
	return state.Open(dir)
}

// netnsName is a namespace as one path element: the name that ip-netns(8)
// gives it, or its path with the slashes replaced.
func netnsName(netns string) string {
	for _, dir := range []string{"/run/netns/", "/var/run/netns/"} {
		if name, ok := strings.CutPrefix(netns, dir); ok {
			netns = name
		}
	}
	return strings.ReplaceAll(strings.Trim(netns, "/"), "/", "-")
}

// who is the operator, for history and messages.
func (a *app) who() string { return a.User + "@" + a.Hostname }

// lock takes the lock of the state directory and says so when that takes
// longer than a moment.
func (a *app) lock(ctx context.Context, dir *state.Dir, mode state.LockMode, command string, v view.View) (*state.Lock, error) {
	patience := time.AfterFunc(lockNotice, func() {
		v.Note("Acquiring state lock. This may take a few moments...")
	})
	defer patience.Stop()
	return dir.Lock(ctx, mode, a.lockTimeout, state.LockInfo{
		PID: a.PID, User: a.User, Host: a.Hostname, Command: "ctplan " + command, Since: a.Now().UTC().Truncate(time.Second),
	})
}

// lockNotice is after how much waiting the user is told what for.
const lockNotice = 400 * time.Millisecond
