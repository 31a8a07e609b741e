package vm

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Result is what became of a scenario.
type Result struct {
	// Verdicts are the script's, in its order.
	Verdicts []Verdict
	// Exit is the script's exit status, or -1 if it did not get to its end.
	Exit int
	// Cut is true if the power was cut at the script's request.
	Cut bool
	// Failure says why the machine, not the script, failed; usually empty.
	Failure string
	// Files are those that the script left below $OUT, by their path there.
	// There are none after a power cut.
	Files map[string][]byte
	// Console is everything that appeared on the guest's console.
	Console string
	// Took is the time from power-on to power-off.
	Took time.Duration
}

// Verdict is one thing that a script found to hold, or not.
type Verdict struct {
	Name string
	// Reason is empty if it holds.
	Reason string
	OK     bool
}

// consoleLines is how much of the console a failed test shows.
const consoleLines = 200

// Check turns the verdicts into subtests, and fails the test if the scenario
// did not get to its end (or to its power cut) or reported nothing.
func (r Result) Check(t *testing.T) {
	t.Helper()
	for _, verdict := range r.Verdicts {
		t.Run(verdict.Name, func(t *testing.T) {
			if !verdict.OK {
				t.Error(verdict.Reason)
			}
		})
	}
	switch {
	case r.Failure != "":
		t.Error(r.Failure)
	case r.Cut:
	case r.Exit == -1:
		t.Error("the guest stopped before the scenario's end")
	case r.Exit != 0:
		t.Errorf("the scenario ended with exit status %d", r.Exit)
	case len(r.Verdicts) == 0:
		t.Error("the scenario reported no verdict")
	}
	if t.Failed() || testing.Verbose() {
		t.Logf("the end of the guest's console:\n%s", tail(r.Console, consoleLines))
	}
	t.Logf("%d verdicts in %s", len(r.Verdicts), r.Took.Round(100*time.Millisecond))
}

// parseReport reads one line of the report into the result. What is no line
// of a report is a failure of the bed itself.
func (r *Result) parseReport(line string) {
	if name, ok := strings.CutPrefix(line, "ok "); ok {
		r.Verdicts = append(r.Verdicts, Verdict{Name: name, OK: true})
		return
	}
	if rest, ok := strings.CutPrefix(line, "not ok "); ok {
		name, reason, _ := strings.Cut(rest, ": ")
		r.Verdicts = append(r.Verdicts, Verdict{Name: name, Reason: reason})
		return
	}
	if status, ok := strings.CutPrefix(line, "exit "); ok {
		if code, err := strconv.Atoi(status); err == nil {
			r.Exit = code
			return
		}
	}
	if line == "cut" {
		r.Cut = true
		return
	}
	r.Failure = fmt.Sprintf("the guest reported something unexpected: %q", line)
}
