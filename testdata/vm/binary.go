package vm

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"
)

// CoverageVariable names the environment variable that asks for test
// coverage: the directory for the counters of everything that ctplan does in
// guests. `go tool covdata` reads it.
const CoverageVariable = "CTPLAN_VM_COVERAGE"

// Command returns the ctplan command as a scenario's file, built statically
// from the working tree: /usr/local/bin/ctplan.
func Command(t testing.TB) fstest.MapFS {
	t.Helper()
	return program(t, "usr/local/bin/ctplan", buildCommand)
}

// Killer returns the command killat (see its own documentation) as a
// scenario's file: /usr/local/bin/killat.
func Killer(t testing.TB) fstest.MapFS {
	t.Helper()
	return program(t, "usr/local/bin/killat", buildKiller)
}

func program(t testing.TB, path string, build func() ([]byte, error)) fstest.MapFS {
	t.Helper()
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return fstest.MapFS{path: {Data: binary, Mode: 0o755}}
}

// Directory returns the regular files of a directory of this machine as a
// scenario's files below another name.
func Directory(t testing.TB, path, as string) fstest.MapFS {
	t.Helper()
	files := fstest.MapFS{}
	err := errors.Join(filepath.WalkDir(path, func(name string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(path, name)
		files[filepath.ToSlash(filepath.Join(as, relative))] = &fstest.MapFile{Data: data, Mode: 0o644}
		return err
	}))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// Both are built once in a test process.
var (
	buildCommand = sync.OnceValues(func() ([]byte, error) {
		if os.Getenv(CoverageVariable) == "" {
			return build("github.com/ctplan/ctplan/cmd/ctplan")
		}
		return build("github.com/ctplan/ctplan/cmd/ctplan", "-cover", "-coverpkg=github.com/ctplan/ctplan/...")
	})
	buildKiller = sync.OnceValues(func() ([]byte, error) {
		return build("github.com/ctplan/ctplan/testdata/vm/killat")
	})
)

func build(pkg string, flags ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "ctplan-vm-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "binary")
	args := append(append([]string{"build", "-trimpath", "-o", binary}, flags...), pkg)
	if _, err := command(ctx, "go", args...).env("CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64").run(); err != nil {
		return nil, err
	}
	return os.ReadFile(binary)
}

// keepCoverage takes what the guest's session puts in $OUT/coverage out of a
// result, and keeps it where it was asked for.
func keepCoverage(files map[string][]byte) error {
	dir := os.Getenv(CoverageVariable)
	for name, data := range files {
		counter, ok := strings.CutPrefix(name, "coverage/")
		if !ok {
			continue
		}
		delete(files, name)
		if dir == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, counter), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}
