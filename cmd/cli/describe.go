package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/zclconf/go-cty/cty"
	ctyjson "github.com/zclconf/go-cty/cty/json"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// describe puts into a plan's input what the plan keeps of its configuration.
func describe(in *planner.Input, dir string, evaluated *schema.Config) error {
	in.Config = planner.Config{Dir: dir, Digest: evaluated.Digest, Files: map[string]string{}, Variables: map[string]json.RawMessage{}}
	for name, src := range evaluated.Sources {
		in.Config.Files[name] = string(src)
	}
	for name, v := range evaluated.Variables {
		raw, err := ctyjson.Marshal(v, v.Type())
		if err != nil {
			return fmt.Errorf("variable %s cannot be kept in a plan: %w", name, err)
		}
		in.Config.Variables[name] = raw
	}
	if len(evaluated.Outputs) > 0 {
		in.Outputs = map[string]any{}
	}
	for name, o := range evaluated.Outputs {
		v, err := plainValue(o.Value)
		if err != nil {
			return fmt.Errorf("output %s cannot be kept in a plan: %w", name, err)
		}
		in.Outputs[name] = v
	}
	for _, c := range evaluated.Checks {
		in.Checks = append(in.Checks, planner.Check{Address: c.Name, Status: c.Status, Message: c.Message})
	}
	for _, m := range evaluated.Moved {
		in.Moved = append(in.Moved, planner.Move{From: m.From, To: m.To, Range: m.Range})
	}
	for _, r := range evaluated.Removed {
		in.Removed = append(in.Removed, planner.Remove{From: r.From, Restore: r.Restore, Range: r.Range})
	}
	return nil
}

// plainValue is a value in the JSON-like shape that plans hold. What is not
// known is null: on a host that was read, nothing is.
func plainValue(v cty.Value) (any, error) {
	v, _ = v.UnmarkDeep()
	if !v.IsWhollyKnown() {
		return nil, nil
	}
	raw, err := ctyjson.Marshal(v, v.Type())
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var out any
	if err := dec.Decode(&out); err != nil {
		return nil, err
	}
	return out, nil
}
