package xtables

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema/packet"
)

// ErrNoScratch says that no network namespace could be made to try rules in.
var ErrNoScratch = errors.New("no scratch network namespace can be made here")

// scratchScript loads rules and lists them, within one namespace that is gone
// with the shell. Its text is constant; what varies are its arguments: the
// two programs, the table, and the names of ipsets to make up. Its exit code
// tells who failed, since all of these programs exit with 1.
const scratchScript = `restore=$1 save=$2 table=$3 family=$4; shift 4
for set in "$@"; do ipset create "$set" hash:net family "$family" || exit 101; done
"$restore" --noflush -w 10 || exit 102
"$save" -t "$table" || exit 103`

// The exit codes of scratchScript. Any other is that of unshare, or of a
// shell that could not be started.
const (
	setRefused   = 101
	ruleRefused  = 102
	listingFails = 103
)

// Candidate is a rule that is to be tried: where it would be, and its text.
type Candidate struct {
	Hook string
	Text Text
	// Sets are the ipsets that it refers to. A scratch namespace has none, so
	// that empty ones of these names are made there.
	Sets []string
}

// Scratch tries rules in a network namespace of its own: what comes back is
// how this host's iptables lists them, and what its kernel says about them.
type Scratch struct {
	Host   host.Host
	Target Target
	// Unprivileged makes the namespace inside a user namespace, for callers
	// who are not root.
	Unprivileged bool
}

// chainName is the scratch chain for the n-th piece of a hook's rules. Hooks
// are kept apart since matches are checked against the hooks that lead to them.
func chainName(hook string, n int) string { return fmt.Sprintf("ctplan-%s-%d", hook, n) }

// pieceSize bounds scratch chains as ruleset.MaxRules does real ones.
const pieceSize = ruleset.MaxRules

// Canonical returns the listed form of every candidate. Rules that are
// refused are *RefusedError in errs, by index; err is a failure of the try
// itself, ErrNoScratch among them.
func (s Scratch) Canonical(ctx context.Context, rules []Candidate) (bodies []string, errs map[int]error, err error) {
	bodies = make([]string, len(rules))
	errs = map[int]error{}
	indexes := make([]int, len(rules))
	for i := range rules {
		indexes[i] = i
	}
	return bodies, errs, s.try(ctx, rules, indexes, bodies, errs)
}

// maxRefused bounds the search for rules that are refused: each costs a few
// runs, and the first ones are enough to go by.
const maxRefused = 20

// try loads the rules with the given indexes, and halves the list where they
// are refused together: iptables-legacy does not say which rule it was, and
// iptables-nft not reliably.
func (s Scratch) try(ctx context.Context, rules []Candidate, indexes []int, bodies []string, errs map[int]error) error {
	if len(indexes) == 0 || len(errs) >= maxRefused {
		return nil
	}
	listed, refused, err := s.run(ctx, rules, indexes)
	switch {
	case err != nil:
		return err
	case refused == "":
		for k, i := range indexes {
			bodies[i] = listed[k]
		}
		return nil
	case len(indexes) == 1:
		errs[indexes[0]] = &RefusedError{rules[indexes[0]].Text.Body, refused}
		return nil
	}
	half := len(indexes) / 2
	if err := s.try(ctx, rules, indexes[:half], bodies, errs); err != nil {
		return err
	}
	return s.try(ctx, rules, indexes[half:], bodies, errs)
}

// run makes one namespace. refused is what the tools said if they did not
// take all of the rules as one rule each.
func (s Scratch) run(ctx context.Context, rules []Candidate, indexes []int) (listed []string, refused string, err error) {
	input, chains := s.input(rules, indexes)
	res, err := s.execute(ctx, input, sets(rules, indexes))
	if err != nil {
		return nil, "", err
	}
	said := strings.Join(strings.Fields(string(res.Stderr)), " ")
	switch res.ExitCode {
	case 0:
	case setRefused:
		return nil, "", fmt.Errorf("%w: ipsets cannot be made in it: %s", ErrNoScratch, said)
	case ruleRefused:
		return nil, explain(said), nil
	case listingFails:
		return nil, "", fmt.Errorf("listing of the scratch namespace: %s", said)
	default:
		return nil, "", fmt.Errorf("%w: %s", ErrNoScratch, said)
	}
	tables, err := ruleset.Parse(string(res.Stdout))
	if err != nil {
		return nil, "", fmt.Errorf("listing of the scratch namespace: %w", err)
	}
	if len(tables) != 1 {
		return nil, "", fmt.Errorf("listing of the scratch namespace: %d tables", len(tables))
	}
	listed = make([]string, len(indexes))
	for name, places := range chains {
		c := tables[0].Chain(name)
		if c == nil || len(c.Rules) != len(places) {
			return nil, "it does not make exactly one rule", nil
		}
		for n, place := range places {
			body := c.Rules[n].Body
			if got, want := ruleset.Target(body), ruleset.Target(rules[indexes[place]].Text.Body); got != want {
				return nil, fmt.Sprintf("it makes a rule with the target %q instead of %q", got, want), nil
			}
			listed[place] = body
		}
	}
	return listed, "", nil
}

// input writes the transaction, and tells which rules (by their place in
// indexes) went into which chain.
func (s Scratch) input(rules []Candidate, indexes []int) (string, map[string][]int) {
	var head, body strings.Builder
	chains := map[string][]int{}
	count := map[string]int{}
	for place, i := range indexes {
		hook := rules[i].Hook
		name := chainName(hook, count[hook]/pieceSize)
		count[hook]++
		if chains[name] == nil {
			head.WriteString(":" + name + " - -\n")
			body.WriteString("-A " + hook + " -j " + name + "\n")
		}
		chains[name] = append(chains[name], place)
		body.WriteString("-A " + name + " " + rules[i].Text.Body + "\n")
	}
	return "*" + s.Target.Table + "\n" + head.String() + body.String() + "COMMIT\n", chains
}

func (s Scratch) execute(ctx context.Context, input string, sets []string) (host.Result, error) {
	argv := []string{"unshare", "-n", "--"}
	if s.Unprivileged {
		// In two steps: the owner of the network namespace's files is looked
		// up when it is made, and must have an ID by then.
		argv = []string{"unshare", "-U", "-r", "--", "unshare", "-n", "--"}
	}
	family := "inet"
	if s.Target.Family == packet.IPv6 {
		family = "inet6"
	}
	argv = append(argv, "sh", "-c", scratchScript, "ctplan", s.Target.command("-restore"), s.Target.command("-save"), s.Target.Table, family)
	argv = append(argv, sets...)
	res, err := s.Host.Run(ctx, host.Command{
		Argv:  argv,
		Stdin: []byte(input),
		// The namespace is ours alone: no need for the lock that everybody shares.
		Env: []string{"XTABLES_LOCKFILE=/dev/null"},
	})
	if errors.Is(err, fs.ErrNotExist) {
		return res, fmt.Errorf("%w: %w", ErrNoScratch, err)
	}
	return res, err
}

func sets(rules []Candidate, indexes []int) []string {
	var out []string
	for _, i := range indexes {
		for _, set := range rules[i].Sets {
			if !slices.Contains(out, set) {
				out = append(out, set)
			}
		}
	}
	slices.Sort(out)
	return out
}

// explain adds to the tools' words what they mean for people. Nothing is
// decided by it.
func explain(said string) string {
	for _, hint := range []struct{ words, means string }{
		{"RULE_APPEND failed (Invalid argument)", "the kernel refuses this combination in this table and chain"},
		{"RULE_APPEND failed (No such file or directory)", "the kernel lacks a match, target or helper that the rule names"},
		{"No chain/target/match by that name", "the kernel lacks a match, target or helper that the rule names"},
		{"Couldn't load match", "this iptables has no such match"},
	} {
		if strings.Contains(said, hint.words) {
			return hint.means + " (" + said + ")"
		}
	}
	return said
}
