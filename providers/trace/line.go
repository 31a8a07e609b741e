package trace

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Record is a line of a trace: one event as the kernel printed it.
type Record struct {
	// Task and PID ran on the processor when it happened, which has to do
	// with the event only outside of an interrupt.
	Task      string
	PID, CPU  int
	Interrupt bool
	// At is the time by the trace's clock, which starts about with the machine.
	At    time.Duration
	Event string
	// Text is what the event says, Values its fields by name.
	Text   string
	Values map[string]string
}

// LostError says that events came faster than they were read.
type LostError struct {
	CPU   int
	Count uint64
}

func (e *LostError) Error() string {
	return fmt.Sprintf("%d events of processor %d were lost: they came faster than they were read", e.Count, e.CPU)
}

// ErrNotEvent says that a line is no event: a comment or a blank one.
var ErrNotEvent = errors.New("not an event")

// A task's name may hold blanks, dashes and brackets, so that the first place
// counts where a process ID, a processor and a time follow.
var (
	recordLine = pattern(`^\s*(.*?)-(\d+)\s+(?:\([^)]*\)\s+)?\[(\d+)\]\s+(?:(\S+)\s+)?(\d+)\.(\d{1,9}): ([A-Za-z0-9_-]+): ?(.*)$`)
	lostLine   = pattern(`^CPU:(\d+) \[LOST (?:(\d+) )?EVENTS\]`)
)

// ParseRecord reads a line of trace or trace_pipe. It fails with ErrNotEvent,
// with *LostError, or with an error that shows the line. Source: kernel,
// trace_print_context in kernel/trace/trace_output.c.
func ParseRecord(line string) (Record, error) {
	line = strings.TrimRight(line, "\n")
	if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
		return Record{}, ErrNotEvent
	}
	if m := lostLine().FindStringSubmatch(line); m != nil {
		cpu, _ := strconv.Atoi(m[1])
		count, _ := strconv.ParseUint(m[2], 10, 64) // some kernels do not count
		return Record{}, &LostError{cpu, count}
	}
	m := recordLine().FindStringSubmatch(line)
	if m == nil {
		return Record{}, fmt.Errorf("%q is not a line of a trace", line)
	}
	r := Record{Task: m[1], Event: m[7], Text: m[8], Interrupt: inInterrupt(m[4])}
	var errs [4]error
	var seconds int64
	r.PID, errs[0] = strconv.Atoi(m[2])
	r.CPU, errs[1] = strconv.Atoi(m[3])
	seconds, errs[2] = strconv.ParseInt(m[5], 10, 33)
	fraction, err := strconv.ParseInt((m[6] + "000000000")[:9], 10, 64)
	errs[3] = err
	if err := errors.Join(errs[:]...); err != nil {
		return Record{}, fmt.Errorf("%q is not a line of a trace: %w", line, err)
	}
	r.At = time.Duration(seconds)*time.Second + time.Duration(fraction)
	return r, nil
}

// inInterrupt reads the flags ("..s1."): the third letter says whether the
// event happened in a hard or soft interrupt.
func inInterrupt(flags string) bool {
	return len(flags) >= 3 && strings.ContainsRune("hHsZz", rune(flags[2]))
}
