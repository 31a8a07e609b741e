package state

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// A journal is a text file of JSON lines: a header, then a record for each
// event, then blank lines as room for more. Each line holds a sum over
// itself and the sum of the line before it, so that a line that was changed,
// moved, taken out or brought in from another journal is noticed.
type journalLine struct {
	Sum    string          `json:"sum"`
	Record json.RawMessage `json:"record"`
}

type journalHeaderDocument struct {
	Type string `json:"type"`
	// Space is how many bytes were set aside for records: the file is never
	// shorter, unless somebody cuts it.
	Space int `json:"space"`
	JournalHeader
}

const eventUndoing = "undoing"

type record struct {
	Event string `json:"event"`
	Step  int    `json:"step"`
}

func (r record) check(steps int) error {
	switch r.Event {
	case eventUndoing:
		return nil
	case string(StepStarted), string(StepDone), string(StepUndone):
		if r.Step < 0 || r.Step >= steps {
			return fmt.Errorf("step %d is not one of the plan's %d", r.Step, steps)
		}
		return nil
	}
	return fmt.Errorf("unknown event %q", r.Event)
}

// chain is the sum of the last line.
type chain string

// line encodes v as the line after the last one.
func (c *chain) line(v any) ([]byte, error) {
	body, err := marshal(v)
	if err != nil {
		return nil, err
	}
	*c = c.next(body)
	return fmt.Appendf(nil, "{\"sum\":%q,\"record\":%s}\n", string(*c), body), nil
}

// marshal is json.Marshal, exact about < and >, which kernel values may hold.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// next is the sum of a line with this body: 64 bits are plenty against
// accidents, and nobody but root gets to plan anything else.
func (c chain) next(body []byte) chain {
	h := sha256.New()
	h.Write([]byte(c))
	h.Write(body)
	return chain(hex.EncodeToString(h.Sum(nil)[:8]))
}

var errSum = errors.New("its sum does not match its content")

// read returns the body of the line after the last one.
func (c *chain) read(line []byte) (json.RawMessage, error) {
	var l journalLine
	if err := json.Unmarshal(line, &l); err != nil {
		return nil, err
	}
	next := c.next(l.Record)
	if string(next) != l.Sum {
		return nil, errSum
	}
	*c = next
	return l.Record, nil
}

// journalAdvice is for a journal that cannot be read: it stands between a
// half-changed host and the next apply, so it must not simply vanish.
const journalAdvice = "An apply was interrupted, and this file says how far it came. Compare the host with the last " +
	"generation in the history (ctplan history), correct it by hand where needed, and move the file away"

func decodeJournal(path string, data []byte) (*Journal, error) {
	corrupt := func(line int, err error) error {
		return &CorruptError{Path: path, Reason: fmt.Sprintf("line %d: %v", line, err), Advice: journalAdvice}
	}
	lines := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	j := &Journal{}
	body, err := j.chain.read(lines[0])
	if err != nil {
		return nil, corrupt(1, err)
	}
	j.end = int64(len(lines[0]) + 1)
	if err := j.readHeader(path, body, int64(len(data))-j.end); err != nil {
		return nil, err
	}
	for i, line := range lines[1:] {
		end := j.end + int64(len(line)+1)
		if end > int64(len(data)) {
			break // its newline is missing: cut off
		}
		if err := j.readRecord(line); err != nil {
			if last := i == len(lines)-2; last {
				break // cut off while it was being written: it never counted
			}
			return nil, corrupt(i+2, err)
		}
		j.end = end
	}
	return j, nil
}

// readHeader takes the first line; space is how much follows it.
func (j *Journal) readHeader(path string, body []byte, space int64) error {
	var doc journalHeaderDocument
	corrupt := func(reason string) error {
		return &CorruptError{Path: path, Reason: reason, Advice: journalAdvice}
	}
	if err := json.Unmarshal(body, &doc); err != nil {
		return corrupt(fmt.Sprintf("its header cannot be used: %v", err))
	}
	if doc.Type != typeJournal {
		return corrupt(fmt.Sprintf("it is not of type %q but %q", typeJournal, doc.Type))
	}
	if err := checkVersion(path, doc.FormatVersion); err != nil {
		return err
	}
	if space < int64(max(doc.Space, 0)) {
		return corrupt("it is shorter than it was made, so records may be missing")
	}
	j.header = doc.JournalHeader
	j.steps = pending(len(doc.Plan.Operations))
	return nil
}

func (j *Journal) readRecord(line []byte) error {
	after := j.chain
	body, err := after.read(line)
	if err != nil {
		return err
	}
	var r record
	if err := json.Unmarshal(body, &r); err != nil {
		return err
	}
	if err := r.check(len(j.steps)); err != nil {
		return err
	}
	j.chain = after
	j.apply(r)
	return nil
}
