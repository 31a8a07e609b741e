package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
)

// approval asks the operator to approve a plan.
type approval struct {
	auto  bool // -auto-approve
	input bool // -input
	mode  planner.Mode
}

// inputAllowed reports whether somebody can be asked, and if not, why.
func (a *app) inputAllowed(flag bool) (bool, string) {
	env := strings.ToLower(a.getenv("CTPLAN_INPUT"))
	switch {
	case !flag:
		return false, "-input=false was given"
	case env == "0" || env == "false":
		return false, fmt.Sprintf("CTPLAN_INPUT=%s is set", env)
	case !a.StdinTTY:
		return false, "standard input is not a terminal"
	}
	return true, ""
}

// approve returns nil if the plan may be applied.
func (a *app) approve(ctx context.Context, ask approval) error {
	if ask.auto {
		return nil
	}
	if ok, why := a.inputAllowed(ask.input); !ok {
		return &failure{
			summary: "Approval needed",
			detail:  fmt.Sprintf("Nobody can be asked, since %s; nothing was changed. Give -auto-approve to apply without asking, or save the plan with `ctplan plan -out=FILE` and apply that.", why),
		}
	}
	view.Prompt(a.stdout(), ask.mode)
	answer, err := readLine(ctx, a.Stdin)
	if err != nil {
		return err
	}
	if answer != "yes" {
		view.Declined(a.stdout(), ask.mode)
		return errDeclined
	}
	return nil
}

// readLine reads one line, unless ctx ends first. The end of the input is an
// empty answer.
func readLine(ctx context.Context, r io.Reader) (string, error) {
	type result struct {
		line string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		line, err := bufio.NewReader(r).ReadString('\n')
		read <- result{strings.TrimSpace(line), err}
	}()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case r := <-read:
		if r.err != nil && !errors.Is(r.err, io.EOF) {
			return "", fmt.Errorf("read the answer: %w", r.err)
		}
		return r.line, nil
	}
}
