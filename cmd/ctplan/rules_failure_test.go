package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// mixture has a parameter beside rules in both tables and families.
const mixture = `
conntrack "edge" {
  acct = true
}
notrack "dns" {
  backend  = "BACKEND"
  protocol = "udp"
  dport    = 53
  role     = "server"
}
log_rule "verdict" {
  backend  = "BACKEND"
  chains   = ["INPUT"]
  position = "before_verdict"
  prefix   = "dropped: "
  limit {
    rate = "5/second"
  }
}
`

// stride is how many points of the fault matrix are passed over for each that
// is tried: short runs take every second one, other ones on each backend.
func stride(backend string) (first, step int) {
	switch {
	case soaking():
		return 1, 1
	case backend == "nft":
		return 1, 2
	}
	return 2, 2
}

// journaled reports whether an apply has come so far that it must be undone.
func (s *ruleSite) journaled() bool {
	_, err := os.Stat(filepath.Join(s.state, "journal"))
	return err == nil
}

// TestFailureOfEveryOperationOnRules fails each program and each write of an
// apply, before and after it took effect. While the plan is made, that ends
// the run with an error or a plan that does without; later everything is
// undone, with exit code 4.
func TestFailureOfEveryOperationOnRules(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, mixture, 5)
		before := s.all()
		calls := s.calls("apply", "-auto-approve")
		s.must(0, "destroy", "-auto-approve")
		s.unchanged(before, "after destroy")
		undone := 0
		for _, fault := range []string{"fail", "fail-after"} {
			for k, step := stride(backend); k <= calls; k += step {
				when := fmt.Sprintf("%s:%d:EIO", fault, k)
				switch r := s.runWith(when, "apply", "-auto-approve"); r.code {
				case 4:
					undone++
					if !strings.Contains(r.stdout+r.stderr, "All changes were rolled back") {
						t.Errorf("%s: %s", when, r)
					}
				case 1:
					if s.journaled() || strings.Contains(r.stdout, "Apply complete") {
						t.Fatalf("%s: an error, and a journal is left: %s", when, r)
					}
				case 0: // the program that failed was not needed: all must be there
					s.must(0, "plan", "-detailed-exitcode")
					s.must(0, "destroy", "-auto-approve")
				default:
					t.Fatalf("%s: %s", when, r)
				}
				s.unchanged(before, "after "+when)
			}
		}
		if least := 4; undone < least {
			t.Errorf("only %d of the faults in %d calls led to an undo, want at least %d", undone, calls, least)
		}
		t.Logf("%d calls, %d undone", calls, undone)
	})
}

// TestKillAtEveryOperationOnRules kills an apply around each of its calls.
// Where it had begun, the next command names the way out, and both ways are
// gone by turns.
func TestKillAtEveryOperationOnRules(t *testing.T) {
	eachBackend(t, func(t *testing.T, backend string) {
		s := newRuleSite(t, backend, mixture, 5)
		before := s.all()
		calls := s.calls("apply", "-auto-approve")
		s.must(0, "destroy", "-auto-approve")
		begun := 0
		for i, fault := range []string{"kill-before", "kill-during", "kill-after"} {
			for k, step := stride(backend); k <= calls; k += step {
				when := fmt.Sprintf("%s:%d", fault, k)
				if r := s.runWith(when, "apply", "-auto-approve"); r.code != -1 {
					t.Fatalf("%s: not killed: %s", when, r)
				}
				switch {
				case !s.journaled():
				case (i+k/step)%2 == 0:
					begun++
					if r := s.must(1, "plan"); !strings.Contains(r.stderr, "ctplan rollback") || !strings.Contains(r.stderr, "-resume") {
						t.Errorf("%s: the way out is not named: %s", when, r)
					}
					s.must(0, "rollback", "-auto-approve")
				default:
					begun++
					s.must(0, "apply", "-resume")
					s.must(0, "plan", "-detailed-exitcode")
					s.must(0, "destroy", "-auto-approve")
				}
				s.unchanged(before, "after "+when)
			}
		}
		if least := 6; begun < least {
			t.Errorf("only %d of the kills in %d calls hit an apply that had begun, want at least %d", begun, calls, least)
		}
		t.Logf("%d calls, %d applies cut off", calls, begun)
	})
}
