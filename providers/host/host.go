package host

import (
	"context"
	"fmt"
	"io/fs"
	"time"

	"github.com/ctplan/ctplan/planner"
)

// Host is a machine that can be read and changed. Paths are absolute and
// name the machine's own files: an implementation may keep them elsewhere
// (under -root), except /proc and /sys, which are always the kernel's.
//
// Errors wrap the operating system's (fs.ErrNotExist, fs.ErrPermission,
// syscall.Errno), so that callers decide with errors.Is. All methods stop
// early with ctx's error when it is cancelled.
type Host interface {
	// Facts says which machine this is.
	Facts(ctx context.Context) (planner.Facts, error)

	// ReadFile returns a file's content, permissions and owner, following
	// symbolic links inside the root. A file that does not exist is an
	// error that wraps fs.ErrNotExist.
	ReadFile(ctx context.Context, path string) (File, error)

	// ReadDir lists a directory, sorted by name.
	ReadDir(ctx context.Context, path string) ([]DirEntry, error)

	// WriteFile creates or replaces a regular file atomically and durably:
	// after a nil error the whole file survives a power loss, after any
	// other result the old one is still there. Missing parent directories
	// are made (0755). It refuses to write through a symbolic link.
	WriteFile(ctx context.Context, path string, f File) error

	// Remove deletes a file durably. A file that is already gone is no error.
	Remove(ctx context.Context, path string) error

	// WriteControl writes data to an existing kernel file under /proc or
	// /sys with a single write(2). Failures are *ControlError, since a
	// missing file and a refused value can carry the same errno.
	WriteControl(ctx context.Context, path, data string) error

	// Run runs a program to its end. A program that ran and failed is a
	// Result with its exit code and a nil error; the error says that it
	// could not be run.
	Run(ctx context.Context, cmd Command) (Result, error)

	// Flows visits every entry of the connection table of the network
	// namespace, then deletes those that visit condemned; there is no undo.
	// It loads no module to look: where nothing is tracked there is nothing
	// to visit, and a table that the kernel shows nowhere is ErrFlowsHidden.
	Flows(ctx context.Context, visit func(Flow) FlowVerdict) error
}

// File is the content and the metadata of a regular file.
type File struct {
	Data []byte
	// Mode holds the permission bits only.
	Mode     fs.FileMode
	UID, GID int
}

// DirEntry is one name in a directory.
type DirEntry struct {
	Name string
	// Type holds the type bits only; symbolic links are not followed.
	Type fs.FileMode
}

// Command is a program with its arguments; no shell is involved.
type Command struct {
	// Argv[0] is a program name looked up in SafePath, or an absolute path.
	Argv  []string
	Stdin []byte
	// Env is added to a minimal environment (PATH, LC_ALL=C).
	Env []string
	// Timeout ends the program; zero means no limit beyond ctx.
	Timeout time.Duration
}

// SafePath is where programs are looked for: the environment's PATH belongs
// to whoever called ctplan and is not trusted.
const SafePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

// Result is what a program left behind.
type Result struct {
	Stdout, Stderr []byte
	ExitCode       int
}

// ControlError is a failed WriteControl: Op tells whether the file could not
// be opened (it does not exist, it is read-only) or the kernel refused the value.
type ControlError struct {
	Op   string // "open" or "write"
	Path string
	Data string
	Err  error
}

func (e *ControlError) Error() string {
	if e.Op == "open" {
		return fmt.Sprintf("open %s for writing: %v", e.Path, e.Err)
	}
	return fmt.Sprintf("write %q to %s: %v", e.Data, e.Path, e.Err)
}

func (e *ControlError) Unwrap() error { return e.Err }
