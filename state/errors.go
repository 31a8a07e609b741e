package state

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ErrNotSynced says that a change was made, but that the directory could not
// be synced after it: a power loss may take it back.
var ErrNotSynced = errors.New("done, but not certain to survive a power loss")

// CorruptError says that a file in the state directory is not what ctplan
// wrote: it was cut short, edited, or belongs to something else. Nothing has
// been changed.
type CorruptError struct {
	Path   string
	Reason string
	// Advice is what the operator can do about it, in whole sentences.
	Advice string
}

func (e *CorruptError) Error() string {
	text := fmt.Sprintf("%s is damaged: %s; nothing was changed", e.Path, e.Reason)
	if e.Advice != "" {
		text += ". " + e.Advice
	}
	return text
}

// VersionError says that a file has a format that this ctplan does not know.
type VersionError struct {
	Path    string
	Version string
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("%s has format version %q; this ctplan reads version %d.x: use the ctplan that wrote it, or a newer one",
		e.Path, e.Version, formatMajor)
}

// UnsafeError says that the state directory cannot be trusted, because
// somebody else could change what is in it.
type UnsafeError struct {
	Path   string
	Reason string
}

func (e *UnsafeError) Error() string {
	return fmt.Sprintf("state directory %s is refused: %s", e.Path, e.Reason)
}

// LockedError says that another process holds the lock and did not let go of
// it in time.
type LockedError struct {
	Path string
	// Holder is who holds it. It is zero if the holder has not said, which
	// is so for those who only read.
	Holder LockInfo
	// Waited is how long was tried.
	Waited time.Duration
}

func (e *LockedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the state in %s is locked by %s", e.Path, e.Holder)
	if e.Waited > 0 {
		fmt.Fprintf(&b, " (waited %s)", e.Waited)
	}
	b.WriteString("; try again when it has ended, or wait for it with -lock-timeout=60s")
	return b.String()
}
