package vm

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// machine is a virtual computer: emulated in software, since hardware
// virtualisation is often missing where tests run and can hang where it is
// nested. It has two serial lines (the console and the report) and disks.
type machine struct {
	kernel, initrd string
	arguments      string // for the kernel, beyond the common ones
	cpus, megabyte int
	root           string // disk image to boot from, or "" for the initrd alone
}

// commonArguments: a panic ends the machine, which must not reboot.
const commonArguments = "console=ttyS0 quiet panic=-1 mitigations=off "

// command returns qemu's arguments. File descriptors 3 and 4 are the two
// serial lines.
func (m machine) command(input, output string) []string {
	args := []string{
		"-accel", "tcg", "-cpu", "max", "-smp", strconv.Itoa(m.cpus), "-m", strconv.Itoa(m.megabyte),
		"-nodefaults", "-display", "none", "-nic", "none", "-no-reboot",
		"-serial", "file:/dev/fd/3", "-serial", "file:/dev/fd/4",
		"-kernel", m.kernel, "-append", commonArguments + m.arguments,
	}
	if m.initrd != "" {
		args = append(args, "-initrd", m.initrd)
	}
	disk := func(serial, path string) {
		args = append(args, "-drive", "if=none,format=raw,id="+serial+",file="+strings.ReplaceAll(path, ",", ",,"),
			"-device", "nvme,serial="+serial+",drive="+serial)
	}
	if m.root != "" {
		disk("root", m.root) // the first disk is nvme0n1
	}
	disk("input", input)
	disk("output", output)
	return args
}

// boot runs the scenario in the machine, from power-on to power-off. dir is
// for its temporary files. The error says that the machine could not be
// started at all; everything later is in the result.
func (m machine) boot(ctx context.Context, dir string, s Scenario) (Result, error) {
	input, output := filepath.Join(dir, "input.img"), filepath.Join(dir, "output.img")
	if err := errors.Join(writeInput(input, s), sparse(output, outputSize)); err != nil {
		return Result{}, err
	}
	defer os.Remove(output)
	defer os.Remove(input)

	limit := s.Limit
	if limit == 0 {
		limit = DefaultLimit
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("the guest was still running after %s", limit))
	defer cancel()
	result, err := run(ctx, exec.CommandContext(ctx, "qemu-system-x86_64", m.command(input, output)...))
	if err != nil || result.Exit == -1 {
		return result, err
	}
	if result.Files, err = readOutput(output); err != nil {
		return result, err
	}
	return result, keepCoverage(result.Files)
}

// run starts qemu and follows both serial lines until it ends.
func run(ctx context.Context, qemu *exec.Cmd) (Result, error) {
	console, consoleEnd, err := os.Pipe()
	if err != nil {
		return Result{}, err
	}
	defer console.Close()
	report, reportEnd, err := os.Pipe()
	if err != nil {
		return Result{}, errors.Join(err, consoleEnd.Close())
	}
	defer report.Close()

	var complaints bytes.Buffer
	qemu.Stdout, qemu.Stderr = &complaints, &complaints
	qemu.ExtraFiles = []*os.File{consoleEnd, reportEnd}
	qemu.WaitDelay = 5 * time.Second
	// A test that is killed takes its guest along. The kernel ties that to
	// the thread that starts the guest, so it must live as long.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	qemu.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}

	started := time.Now()
	err = qemu.Start()
	consoleEnd.Close()
	reportEnd.Close()
	if err != nil {
		return Result{}, err
	}

	result := Result{Exit: -1}
	var screen bytes.Buffer
	var followers sync.WaitGroup
	followers.Go(func() { io.Copy(&screen, console) })
	followers.Go(func() {
		lines := bufio.NewScanner(report)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			result.parseReport(strings.TrimRight(lines.Text(), "\r"))
			if result.Cut {
				qemu.Process.Kill()
			}
		}
	})
	followers.Wait() // until qemu has closed both lines, at its end
	err = qemu.Wait()
	result.Took = time.Since(started)
	result.Console = strings.ReplaceAll(screen.String(), "\r", "")
	switch cause := context.Cause(ctx); {
	case result.Cut:
	case cause != nil:
		result.Failure = cause.Error()
	case err != nil:
		result.Failure = fmt.Sprintf("qemu: %v\n%s", err, complaints.String())
	}
	return result, nil
}
