package xtables

import (
	"fmt"
	"strings"
)

// NotInstalledError is a backend whose programs the host lacks.
type NotInstalledError struct {
	Program string
	Err     error
}

func (e *NotInstalledError) Error() string {
	return fmt.Sprintf("%s is not installed: notrack and log_rule blocks need the package iptables", e.Program)
}

func (e *NotInstalledError) Unwrap() error { return e.Err }

// HiddenError is a table or chain that iptables cannot list, since somebody
// added rules to it with nft that iptables has no words for.
type HiddenError struct {
	Target Target
	Chain  string // "" for the whole table
	Said   string
}

func (e *HiddenError) Error() string {
	what := "table " + e.Target.Table
	if e.Chain != "" {
		what = "chain " + e.Chain + " of " + what
	}
	return fmt.Sprintf("%s (%s) cannot be listed by iptables-nft (%s): another program has put rules into it with nft. "+
		"Move those rules into a table of their own; `nft -a list table %s %s` shows them",
		what, e.Target.Family, e.Said, nftFamily(e.Target.Family), e.Target.Table)
}

// LockError is a table that another program kept locked.
type LockError struct {
	Target Target
	// Seconds is how long iptables waited.
	Seconds string
	// Holder names the process, "docker (pid 812)", or is empty.
	Holder string
}

func (e *LockError) Error() string {
	holder := e.Holder
	if holder == "" {
		holder = "another program"
	}
	return fmt.Sprintf("%s holds the lock of iptables (%s) and did not release it within %s seconds; nothing was changed",
		holder, lockFile, e.Seconds)
}

// RestoreError is a transaction that iptables-restore or the kernel refused.
// Nothing of it has been applied.
type RestoreError struct {
	Target   Target
	ExitCode int
	// Said is what the program wrote to standard error.
	Said string
	// Line is the line of the transaction that it named, from 1, or 0; Text
	// is that line. iptables-legacy names the COMMIT for everything that the
	// kernel refuses.
	Line int
	Text string
}

func (e *RestoreError) Error() string {
	said := strings.Join(strings.Fields(e.Said), " ")
	if said == "" {
		said = fmt.Sprintf("exit code %d", e.ExitCode)
	}
	if e.Text != "" && e.Text != "COMMIT" {
		return fmt.Sprintf("change table %s: %s, at %q", e.Target, said, e.Text)
	}
	return fmt.Sprintf("change table %s: %s", e.Target, said)
}

// RefusedError is a rule that iptables or the kernel does not take.
type RefusedError struct {
	// Body is the rule, without "-A CHAIN".
	Body string
	Said string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("the rule %q is refused: %s", e.Body, e.Said)
}
