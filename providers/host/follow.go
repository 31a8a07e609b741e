package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// Follower is a host whose kernel files can be read for as long as they grow,
// as trace_pipe does: ReadFile would wait for an end that never comes.
type Follower interface {
	// Follow calls emit with what a file under /proc or /sys yields, until
	// ctx is cancelled, emit fails or the file ends. The slice is only valid
	// during the call. Cancelling is no error.
	Follow(ctx context.Context, path string, emit func(data []byte) error) error
}

var _ Follower = (*Live)(nil)

// followBuffer is more than the kernel hands out at once.
const followBuffer = 64 << 10

// Follow implements Follower.
func (l *Live) Follow(ctx context.Context, path string, emit func(data []byte) error) error {
	path, err := clean("open", path)
	if err == nil && !isKernel(path) {
		err = &fs.PathError{Op: "open", Path: path, Err: fs.ErrInvalid}
	}
	if err != nil {
		return err
	}
	var f *os.File
	// Without O_NONBLOCK a read could not be interrupted.
	l.where.do(func() { f, err = os.OpenFile(ownThread(path), os.O_RDONLY|syscall.O_NONBLOCK, 0) })
	if err != nil {
		return err
	}
	defer f.Close()
	stop := context.AfterFunc(ctx, func() { _ = f.SetReadDeadline(time.Now()) })
	defer stop()
	buf := make([]byte, followBuffer)
	for ctx.Err() == nil {
		n, err := f.Read(buf)
		if n > 0 {
			if err := emit(buf[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
		case errors.Is(err, io.EOF), ctx.Err() != nil:
			return nil
		case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
			// A kernel without poll for this file: ask again.
			select {
			case <-ctx.Done():
			case <-time.After(followPause):
			}
		default:
			return err
		}
	}
	return nil
}

// followPause is the time between two reads of a file that cannot be waited for.
const followPause = 100 * time.Millisecond
