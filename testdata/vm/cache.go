package vm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// keepUnused is how long something that no test has used stays in the cache.
const keepUnused = 30 * 24 * time.Hour

// cache holds what is costly to make, one directory each, named by what it is
// and a hash of how it is made. It is shared by every process of the user.
type cache struct{ dir string }

// openCache returns the user's cache ($XDG_CACHE_HOME/ctplan-vm or
// ~/.cache/ctplan-vm).
func openCache() (cache, error) {
	base, err := os.UserCacheDir()
	if err != nil {
		return cache{}, fmt.Errorf("find a place for virtual machines: %w; set XDG_CACHE_HOME", err)
	}
	dir := filepath.Join(base, "ctplan-vm")
	return cache{dir}, os.MkdirAll(dir, 0o700)
}

// get returns the directory of something, and has it made where it is not
// there. recipe lists everything that decides what comes out: when it
// changes, the thing is made anew. Two processes that want the same thing
// make it once; one that dies meanwhile leaves nothing that looks finished.
func (c cache) get(ctx context.Context, kind string, recipe []string, build func(ctx context.Context, dir string) error) (string, error) {
	sum := sha256.Sum256([]byte(strings.Join(recipe, "\x00")))
	dir := filepath.Join(c.dir, kind+"-"+hex.EncodeToString(sum[:6]))
	unlock, err := c.lock(ctx, filepath.Base(dir))
	if err != nil {
		return "", err
	}
	defer unlock()

	now := time.Now()
	if os.Chtimes(dir, now, now) == nil {
		return dir, nil
	}
	partial := dir + ".partial"
	if err := os.RemoveAll(partial); err != nil {
		return "", err
	}
	if err := os.Mkdir(partial, 0o755); err != nil {
		return "", err
	}
	if err := build(ctx, partial); err != nil {
		return "", errors.Join(fmt.Errorf("make %s for virtual machines: %w", kind, err), os.RemoveAll(partial))
	}
	// The directory's time says when it was last used, and making it was use.
	if err := errors.Join(os.Chtimes(partial, now, now), os.Rename(partial, dir)); err != nil {
		return "", err
	}
	return dir, c.prune(kind)
}

// prune removes what was made by recipes that nobody uses any more.
func (c cache) prune(kind string) error {
	dirs, err := filepath.Glob(filepath.Join(c.dir, kind+"-*"))
	if err != nil {
		return err
	}
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() && time.Since(info.ModTime()) > keepUnused {
			err = os.RemoveAll(dir)
		}
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// lockPoll is how often a lock that another process holds is tried.
const lockPoll = 200 * time.Millisecond

// lock waits until no other process, and no other test in this one, holds the
// lock of that name. It ends with the process that holds it.
func (c cache) lock(ctx context.Context, name string) (unlock func(), err error) {
	path := filepath.Join(c.dir, name+".lock")
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := unix.Flock(int(file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return func() { file.Close() }, nil
		}
		if !errors.Is(err, unix.EWOULDBLOCK) && !errors.Is(err, unix.EINTR) {
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		select {
		case <-ctx.Done():
			file.Close()
			return nil, fmt.Errorf("lock %s: %w", path, context.Cause(ctx))
		case <-time.After(lockPoll):
		}
	}
}
