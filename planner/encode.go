package planner

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"strings"
)

// HasChanges reports whether applying the plan would do anything to the host.
func (p *Plan) HasChanges() bool { return len(p.Operations) > 0 }

// ChangesState reports whether applying the plan would change what ctplan
// owns, even where the host needs nothing: an adopted or forgotten resource.
func (p *Plan) ChangesState(now Managed) bool {
	return !bytes.Equal(mustJSON(normal(now)), mustJSON(normal(p.Next)))
}

// normal makes nil and empty maps equal.
func normal(m Managed) Managed {
	if m.Resources == nil {
		m.Resources = map[string]ManagedResource{}
	}
	if m.Originals == nil {
		m.Originals = map[string]Original{}
	}
	return m
}

// Counts tallies the changes of each kind, for the summary line.
func (p *Plan) Counts() (add, change, destroy, forget int) {
	for _, c := range p.Changes {
		switch c.Action {
		case ActionCreate:
			add++
		case ActionUpdate:
			change++
		case ActionDelete:
			destroy++
		case ActionForget:
			forget++
		case ActionNoOp:
		}
	}
	return add, change, destroy, forget
}

// Errors returns the findings that forbid an apply.
func (p *Plan) Errors() []Finding {
	var out []Finding
	for _, f := range p.Findings {
		if f.Severity == SeverityError {
			out = append(out, f)
		}
	}
	return out
}

// RelevantDrift is the drift that explains a proposed change: what the plan
// does not touch is nobody's concern while reviewing it.
func (p *Plan) RelevantDrift() []Change {
	touched := map[string]bool{}
	for _, c := range p.Changes {
		for _, a := range c.Attributes {
			if differs(a) {
				touched[c.Address+"\x00"+string(a.Layer)+"\x00"+a.Name] = true
			}
		}
	}
	var out []Change
	for _, d := range p.Drift {
		kept := d
		kept.Attributes = nil
		for _, a := range d.Attributes {
			if touched[d.Address+"\x00"+string(a.Layer)+"\x00"+a.Name] {
				kept.Attributes = append(kept.Attributes, a)
			}
		}
		if len(kept.Attributes) > 0 {
			out = append(out, kept)
		}
	}
	return out
}

// ID is a digest of the plan: two plans with one ID are the same plan.
func (p *Plan) ID() string {
	sum := sha256.Sum256(mustJSON(p))
	return hex.EncodeToString(sum[:])
}

// envelope is the format of a saved plan. The digest makes a truncated or
// edited file a clear error; it is no protection against its owner.
type envelope struct {
	Format  string          `json:"format"`
	Version string          `json:"format_version"`
	Digest  string          `json:"digest"`
	Plan    json.RawMessage `json:"plan"`
}

const planFormat = "ctplan plan"

// Encode writes a plan file.
func Encode(p *Plan) ([]byte, error) {
	body, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode the plan: %w", err)
	}
	out, err := json.Marshal(envelope{planFormat, FormatVersion, digest(body), body})
	if err != nil {
		return nil, fmt.Errorf("encode the plan: %w", err)
	}
	return append(out, '\n'), nil
}

// FormatError says why something is not a plan file that this ctplan can use.
type FormatError struct{ Reason string }

func (e *FormatError) Error() string { return "not a usable plan file: " + e.Reason }

// Decode reads a plan file. Anything but an intact plan of a known major
// version is a *FormatError.
func Decode(src []byte) (*Plan, error) {
	var e envelope
	if err := json.Unmarshal(src, &e); err != nil {
		return nil, &FormatError{"it is not a complete JSON document; make the plan again with `ctplan plan -out=FILE`"}
	}
	if e.Format != planFormat {
		return nil, &FormatError{"it was not written by `ctplan plan -out=FILE`"}
	}
	if !sameMajor(e.Version, FormatVersion) {
		return nil, &FormatError{fmt.Sprintf("its format version is %q and this ctplan reads %s; make the plan again", e.Version, FormatVersion)}
	}
	var body bytes.Buffer
	if err := json.Compact(&body, e.Plan); err != nil || digest(body.Bytes()) != e.Digest {
		return nil, &FormatError{"its content does not match its digest, so it was damaged or edited; make the plan again"}
	}
	var p Plan
	if err := json.Unmarshal(e.Plan, &p); err != nil {
		return nil, &FormatError{fmt.Sprintf("its content is not a plan (%v)", err)}
	}
	p.Next = normal(p.Next)
	return &p, nil
}

func sameMajor(a, b string) bool {
	majorA, _, _ := strings.Cut(a, ".")
	majorB, _, _ := strings.Cut(b, ".")
	return majorA == majorB
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// mustJSON encodes the package's own types, which always have a JSON form.
func mustJSON(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("planner: " + err.Error())
	}
	return b
}

// UnmarshalJSON restores whole numbers as int64, so that a plan looks the
// same whether it was just made or read from a file.
func (a *AttributeValue) UnmarshalJSON(b []byte) error {
	type plain AttributeValue
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode((*plain)(a)); err != nil {
		return err
	}
	a.Before, a.After = wholeNumbers(a.Before), wholeNumbers(a.After)
	return nil
}

// UnmarshalJSON restores whole numbers as int64.
func (r *ManagedResource) UnmarshalJSON(b []byte) error {
	type plain ManagedResource
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode((*plain)(r)); err != nil {
		return err
	}
	for k, v := range r.Declared {
		r.Declared[k] = wholeNumbers(v)
	}
	return nil
}

func wholeNumbers(v any) any {
	switch v := v.(type) {
	case json.Number:
		if n, err := v.Int64(); err == nil {
			return n
		}
		f, _ := v.Float64()
		if math.IsInf(f, 0) {
			return v.String()
		}
		return f
	case []any:
		for i := range v {
			v[i] = wholeNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = wholeNumbers(v[k])
		}
	}
	return v
}
