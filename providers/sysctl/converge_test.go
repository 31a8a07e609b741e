package sysctl_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/treehost"
	"github.com/ctplan/ctplan/providers/provider"
)

// TestApplyingConverges carries out what the planner makes of each archive's
// proposal: the second plan must have nothing to do, and what a destroy
// leaves must be what was there.
func TestApplyingConverges(t *testing.T) {
	names, err := filepath.Glob("testdata/propose/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no test data: %v", err)
	}
	for _, name := range names {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			h := host.NewFakeLinux()
			if strings.Contains(string(data), "-- host --\nnetns\n") {
				h = host.NewFakeNetns()
			}
			extra := treehost.Put(h, data)
			answer, diags := propose(t, h, extra)
			if diags.HasErrors() || hasErrors(answer) {
				return // such a plan is never applied
			}
			before := h.Snapshot()
			first := build(t, h, planner.Input{Proposals: answer.Proposals})
			carryOut(t, h, first)
			extra["owned"] = "" // from here on the plan's own state counts
			second := build(t, h, planner.Input{Proposals: proposeAgain(t, h, extra, first.Next).Proposals, Managed: first.Next})
			if second.HasChanges() || len(second.Operations) > 0 {
				t.Errorf("the second plan has changes: %+v\n%+v", second.Changes, second.Operations)
			}
			carryOut(t, h, build(t, h, planner.Input{Mode: planner.ModeDestroy, Managed: first.Next}))
			for path, was := range before {
				if now := h.Snapshot()[path]; now != was {
					t.Errorf("%s was %q and is %q after destroy", path, was, now)
				}
			}
		})
	}
}

func hasErrors(answer provider.Answer) bool {
	for _, f := range answer.Findings {
		if f.Severity == planner.SeverityError {
			return true
		}
	}
	return false
}

func proposeAgain(t *testing.T, h *host.Fake, extra map[string]string, managed planner.Managed) provider.Answer {
	t.Helper()
	for id := range managed.Originals {
		if path, isFile := strings.CutPrefix(id, string(planner.KindFile)+":"); isFile {
			extra["owned"] += path + "\n"
		}
	}
	answer, diags := propose(t, h, extra)
	if diags.HasErrors() || hasErrors(answer) {
		t.Fatalf("the second proposal fails: %v %+v", diags, answer.Findings)
	}
	return answer
}

func build(t *testing.T, h *host.Fake, in planner.Input) *planner.Plan {
	t.Helper()
	facts, err := h.Facts(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if in.Mode == "" {
		in.Mode = planner.ModeNormal
	}
	in.Facts, in.Now, in.Live = facts, time.Unix(0, 0), map[string]*planner.State{}
	for _, target := range planner.Targets(in.Proposals, in.Managed) {
		in.Live[target.ID()] = read(t, h, target)
	}
	return planner.Build(in)
}

func path(t planner.Target) string {
	if t.Kind == planner.KindSysctl {
		return "/proc/sys/" + t.Name
	}
	return t.Name
}

func read(t *testing.T, h *host.Fake, target planner.Target) *planner.State {
	t.Helper()
	f, err := h.ReadFile(context.Background(), path(target))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	if target.Kind == planner.KindSysctl {
		return planner.Value(string(f.Data))
	}
	return &planner.State{Data: string(f.Data), Mode: f.Mode, UID: f.UID, GID: f.GID}
}

// carryOut does what planner/apply does, without its safety: each target must
// hold exactly what its operation promised.
func carryOut(t *testing.T, h *host.Fake, plan *planner.Plan) {
	t.Helper()
	ctx := context.Background()
	for _, op := range plan.Operations {
		var err error
		switch {
		case op.Target.Kind == planner.KindSysctl:
			err = h.WriteControl(ctx, path(op.Target), op.After.Data)
		case op.After == nil:
			err = h.Remove(ctx, path(op.Target))
		default:
			err = h.WriteFile(ctx, path(op.Target), host.File{Data: []byte(op.After.Data), Mode: op.After.Mode})
		}
		if err != nil {
			t.Fatalf("%s: %v", op, err)
		}
		if got := read(t, h, op.Target); !op.Target.Kind.Same(got, op.After) {
			t.Errorf("%s: reads back %+v, want %+v", op, got, op.After)
		}
	}
}
