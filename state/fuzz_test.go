package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"github.com/ctplan/ctplan/planner"
)

// wantRefusal fails the test unless an error is one that reading may give.
func wantRefusal(t *testing.T, err error) {
	t.Helper()
	var corrupt *CorruptError
	var version *VersionError
	if !errors.As(err, &corrupt) && !errors.As(err, &version) {
		t.Fatalf("%T: %v", err, err)
	}
}

// signed gives an object a digest that matches, so that the fuzzer gets past
// that check. Anything else stays as it is.
func signed(data []byte) []byte {
	var members map[string]json.RawMessage
	if json.Unmarshal(data, &members) != nil || members == nil {
		return data
	}
	sum, err := digest(data)
	if err != nil {
		return data
	}
	members["digest"] = json.RawMessage(`"` + sum + `"`)
	out, err := json.Marshal(members)
	if err != nil {
		return data
	}
	return out
}

func fuzzFile() File {
	limit := planner.Sysctl("net/netfilter/nf_conntrack_max")
	return File{Lineage: "x", Serial: 7, Managed: planner.Managed{
		Resources: map[string]planner.ManagedResource{"conntrack.main": {Type: "conntrack", Declared: map[string]any{"max": int64(1)}}},
		Originals: map[string]planner.Original{limit.ID(): {Target: limit, State: planner.Value("1")}},
	}}
}

func addCuts(f *testing.F, data []byte, err error) {
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)/2])
}

func FuzzState(f *testing.F) {
	data, err := encodeState(fuzzFile())
	addCuts(f, data, err)
	f.Add([]byte(`{"type":"ctplan-state","format_version":"1.0","lineage":"x","serial":1e3,"managed":null}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, signed(data)} {
			got, err := decodeState("state.json", d)
			if err != nil {
				wantRefusal(t, err)
				continue
			}
			first, err := encodeState(*got)
			if err != nil {
				t.Fatal(err)
			}
			again, err := decodeState("state.json", first)
			if err != nil {
				t.Fatal(err)
			}
			if second, err := encodeState(*again); err != nil || !bytes.Equal(first, second) {
				t.Errorf("what was accepted does not survive being written and read: %v\n%s\n%s", err, first, second)
			}
		}
	})
}

func FuzzGeneration(f *testing.F) {
	state, err := encodeState(fuzzFile())
	if err != nil {
		f.Fatal(err)
	}
	data, err := encode(generationDocument{typeGeneration, FormatVersion, Generation{Serial: 7}, state})
	addCuts(f, data, err)
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, signed(data)} {
			g, err := decodeGeneration("000007.json", 7, d)
			if err != nil {
				wantRefusal(t, err)
			} else if g.Serial != 7 || g.State.Lineage == "" {
				t.Errorf("accepted: %+v", g)
			}
		}
	})
}

func FuzzJournal(f *testing.F) {
	var c chain
	op := planner.Operation{Target: planner.Sysctl("a/b")}
	plan := planner.Plan{Operations: []planner.Operation{op, op}}
	head, err := c.line(journalHeaderDocument{typeJournal, 4, JournalHeader{FormatVersion: FormatVersion, Plan: plan}})
	if err != nil {
		f.Fatal(err)
	}
	start, err := c.line(record{Event: string(StepStarted), Step: 1})
	addCuts(f, slices.Concat(head, start, blank(4)), err)
	f.Add([]byte(`{"type":"ctplan-journal","format_version":"1.0","plan":{"operations":[{}]}}` + "\n" + `{"event":"undone","step":0}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, d := range [][]byte{data, chained(data)} {
			j, err := decodeJournal("journal", d)
			if err != nil {
				wantRefusal(t, err)
				continue
			}
			line, err := j.chain.line(record{Event: eventUndoing})
			if err != nil {
				t.Fatal(err)
			}
			again, err := decodeJournal("journal", slices.Concat(d[:j.end], line, blank(len(d))))
			if err != nil || !again.undoing || !slices.Equal(again.steps, j.steps) {
				t.Errorf("what was accepted cannot be added to: %v", err)
			}
		}
	})
}

// chained makes the lines of a journal out of their bodies, with sums that
// match, so that the fuzzer gets past those.
func chained(bodies []byte) []byte {
	var c chain
	var out []byte
	for body := range bytes.SplitSeq(bodies, []byte("\n")) {
		if !json.Valid(body) {
			return bodies
		}
		line, err := c.line(json.RawMessage(body))
		if err != nil {
			return bodies
		}
		out = append(out, line...)
	}
	return out
}
