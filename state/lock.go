package state

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"time"
)

const lockName = "lock"

// LockMode says what a lock is for.
type LockMode int

// Any number of readers share the lock; a writer has it alone.
const (
	Shared LockMode = iota
	Exclusive
)

// LockInfo says who holds a lock, for the message to those who wait.
type LockInfo struct {
	PID     int       `json:"pid"`
	User    string    `json:"user"`
	Command string    `json:"command"`
	Since   time.Time `json:"since"`
	Host    string    `json:"host"`
}

// String names the holder in a sentence.
func (i LockInfo) String() string {
	if i == (LockInfo{}) {
		return "another ctplan"
	}
	return fmt.Sprintf("%q (process %d of %q on %q, since %s)",
		i.Command, i.PID, i.User, i.Host, i.Since.Format(time.RFC3339))
}

// Lock is a held lock. The kernel drops it when the process ends in whatever
// way, so that there are no stale locks and there is nothing to break by force.
type Lock struct {
	file *os.File // nil if there is nothing to lock
	mode LockMode
}

// Lock takes the lock of the directory. While another process holds it, it
// tries again until timeout (0: once) and fails with a *LockedError that
// names the holder, or with the error of a cancelled ctx.
//
// Exclusive makes the directory if it is missing. Shared never changes
// anything: where there is no directory yet, there is nothing to lock.
func (d *Dir) Lock(ctx context.Context, mode LockMode, timeout time.Duration, who LockInfo) (*Lock, error) {
	file, err := d.openLock(mode)
	if err != nil || file == nil {
		return &Lock{mode: mode}, err
	}
	if err := wait(ctx, file, mode, timeout); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			err = &LockedError{Path: d.path, Holder: holder(file), Waited: max(timeout, 0)}
		} else if ctx.Err() == nil {
			err = fmt.Errorf("lock %s: %w", d.join(lockName), err)
		}
		return nil, errors.Join(err, file.Close())
	}
	l := &Lock{file: file, mode: mode}
	if mode == Exclusive {
		l.announce(&who)
	}
	return l, nil
}

// openLock opens the lock file; nil without an error means that there is
// nothing to lock.
func (d *Dir) openLock(mode LockMode) (*os.File, error) {
	flags := os.O_RDONLY
	if mode == Exclusive {
		flags = os.O_RDWR | os.O_CREATE
		if err := d.create(); err != nil {
			return nil, err
		}
	}
	root, err := d.open()
	if mode == Shared && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := root.OpenFile(lockName, flags, 0o600)
	if mode == Shared && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.join(lockName), bare(err))
	}
	return file, nil
}

// The pauses between attempts grow: short first, since most commands end
// within a second.
const (
	firstPause = 5 * time.Millisecond
	lastPause  = 50 * time.Millisecond
)

// wait polls: a blocking flock(2) cannot be given up when ctx ends.
func wait(ctx context.Context, file *os.File, mode LockMode, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		if err := ctx.Err(); err != nil {
			return err
		}
		err := tryLock(file, mode)
		left := time.Until(deadline)
		if !errors.Is(err, syscall.EWOULDBLOCK) || left <= 0 {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(min(pause, left)):
		}
	}
}

func tryLock(file *os.File, mode LockMode) error {
	how := syscall.LOCK_SH
	if mode == Exclusive {
		how = syscall.LOCK_EX
	}
	for {
		err := syscall.Flock(int(file.Fd()), how|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// Unlock lets go of the lock. Further calls do nothing.
func (l *Lock) Unlock() error {
	if l == nil || l.file == nil {
		return nil
	}
	if l.mode == Exclusive {
		l.announce(nil)
	}
	// Explicitly, not only by closing: a child that is just being started
	// may hold a copy of the descriptor.
	err := errors.Join(syscall.Flock(int(l.file.Fd()), syscall.LOCK_UN), l.file.Close())
	l.file = nil
	return err
}

// infoSize is the fixed size of the holder's information. It is overwritten
// in place, so that a full disk cannot keep anybody from locking again.
const (
	infoSize   = 1024
	maxCommand = 200
)

// announce writes who holds the lock, or blanks. It may fail: the lock is
// held all the same, and only the message to others is poorer.
func (l *Lock) announce(who *LockInfo) {
	block := bytes.Repeat([]byte(" "), infoSize)
	block[infoSize-1] = '\n'
	if who != nil {
		info := *who
		if len(info.Command) > maxCommand {
			info.Command = strings.ToValidUTF8(info.Command[:maxCommand], "") + " ..."
		}
		if text, err := json.Marshal(info); err == nil && len(text) < infoSize {
			copy(block, text)
		}
	}
	_, _ = l.file.WriteAt(block, 0)
}

// holder reads who has the lock. Readers do not announce themselves, so that
// what the file says is true only if it is not readers who are in the way.
func holder(file *os.File) LockInfo {
	for range 5 {
		if tryLock(file, Shared) == nil {
			return LockInfo{}
		}
		block := make([]byte, infoSize)
		n, _ := file.ReadAt(block, 0)
		var info LockInfo
		if json.Unmarshal(bytes.TrimSpace(block[:n]), &info) == nil {
			return info
		}
		time.Sleep(firstPause) // it has the lock and is about to announce itself
	}
	return LockInfo{}
}
