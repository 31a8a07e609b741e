//go:build linux && amd64

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// A named call is given a file's name: relative to a directory (the argument
// dir, or the working directory if that is none) and in the argument name.
type namedCall struct {
	call      string
	dir, name int
}

const noArgument = -1

// Arguments are counted from 0. Of two names, the new one is told.
var namedCalls = map[uint64]namedCall{
	unix.SYS_RENAME:    {"rename", noArgument, 1},
	unix.SYS_RENAMEAT:  {"renameat", 2, 3},
	unix.SYS_RENAMEAT2: {"renameat2", 2, 3},
	unix.SYS_LINKAT:    {"linkat", 2, 3},
	unix.SYS_UNLINK:    {"unlink", noArgument, 0},
	unix.SYS_UNLINKAT:  {"unlinkat", 0, 1},
	unix.SYS_MKDIR:     {"mkdir", noArgument, 0},
	unix.SYS_MKDIRAT:   {"mkdirat", 0, 1},
}

// openCalls are given an open file as their first argument.
var openCalls = map[uint64]string{
	unix.SYS_WRITE:         "write",
	unix.SYS_PWRITE64:      "pwrite64",
	unix.SYS_FTRUNCATE:     "ftruncate",
	unix.SYS_FSYNC:         "fsync",
	unix.SYS_FDATASYNC:     "fdatasync",
	unix.SYS_FINIT_MODULE:  "finit_module",
	unix.SYS_DELETE_MODULE: "delete_module",
}

// lastingCall describes the call that a thread is about to make, or returns
// "" if it can leave no trace.
func lastingCall(thread int) (string, error) {
	var registers unix.PtraceRegs
	if err := unix.PtraceGetRegs(thread, &registers); err != nil {
		return "", fmt.Errorf("read registers: %w", err)
	}
	arguments := []uint64{registers.Rdi, registers.Rsi, registers.Rdx, registers.R10}
	number := registers.Orig_rax
	if named, ok := namedCalls[number]; ok {
		return named.describe(thread, arguments)
	}
	name, ok := openCalls[number]
	if !ok || number == unix.SYS_DELETE_MODULE {
		return name, nil
	}
	file, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", thread, int32(arguments[0])))
	if err != nil || !strings.HasPrefix(file, "/") || strings.HasPrefix(file, "/dev/") {
		return "", nil // a pipe, a terminal, a runtime's own wake-up calls
	}
	return name + " " + file, nil
}

func (c namedCall) describe(thread int, arguments []uint64) (string, error) {
	name, err := text(thread, arguments[c.name])
	if err != nil {
		return "", fmt.Errorf("%s: %w", c.call, err)
	}
	if c.dir == noArgument || filepath.IsAbs(name) {
		return c.call + " " + name, nil
	}
	dir, err := os.Readlink(fmt.Sprintf("/proc/%d/fd/%d", thread, int32(arguments[c.dir])))
	if err != nil {
		return c.call + " " + name, nil // AT_FDCWD
	}
	return c.call + " " + filepath.Join(dir, name), nil
}

// text reads a C string from a stopped thread's memory.
func text(thread int, address uint64) (string, error) {
	memory, err := os.Open(fmt.Sprintf("/proc/%d/mem", thread))
	if err != nil {
		return "", err
	}
	defer memory.Close()
	buffer := make([]byte, unix.PathMax)
	// A name near the end of the program's memory makes this a short read.
	n, err := memory.ReadAt(buffer, int64(address))
	end := bytes.IndexByte(buffer[:n], 0)
	if end < 0 {
		return "", fmt.Errorf("read a file name: %w", err)
	}
	return string(buffer[:end]), nil
}
