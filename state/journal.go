package state

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/ctplan/ctplan/planner"
)

const journalName = "journal"

// JournalHeader says what a journal is about. It holds the whole plan, so
// that an interrupted apply can be undone or finished from it alone.
type JournalHeader struct {
	FormatVersion string `json:"format_version"`
	ID            string `json:"id"`
	Kind          string `json:"kind"` // apply, destroy, rollback
	// Serial is that of the state which the transaction is to end with.
	Serial  uint64       `json:"serial"`
	Plan    planner.Plan `json:"plan"`
	Started time.Time    `json:"started"`
	BootID  string       `json:"boot_id"`
	Who     string       `json:"who"`
	PID     int          `json:"pid"`
}

// StepStatus says how far an operation of the journal's plan has come.
type StepStatus string

// The states of a step. A started step may or may not have changed the host.
const (
	StepPending StepStatus = "pending"
	StepStarted StepStatus = "started"
	StepDone    StepStatus = "done"
	StepUndone  StepStatus = "undone"
)

// Journal is the record of an apply that is under way or was interrupted.
// What it records is on disk before the call returns. It belongs to one
// goroutine, which holds the exclusive lock.
type Journal struct {
	dir     *Dir
	file    *os.File // nil until something is recorded
	header  JournalHeader
	steps   []StepStatus
	undoing bool
	chain   chain
	// end is the offset after the last good record.
	end int64
}

// recordSpace is set aside for each record when a journal is begun, so that
// a disk that fills up during an apply can stop neither it nor its undoing.
// Start, Done and Undone are three records a step; resuming takes more.
const (
	recordSpace    = 128
	recordsPerStep = 6
)

// Begin creates the journal of a new transaction, with the whole plan in it
// and with space for what will be recorded. It fails with an error that wraps
// fs.ErrExist while there is a journal: what that is about comes first.
func (d *Dir) Begin(h JournalHeader) (*Journal, error) {
	h.FormatVersion = FormatVersion
	j := &Journal{dir: d, header: h}
	steps := len(h.Plan.Operations)
	space := recordSpace * (1 + recordsPerStep*steps)
	line, err := j.chain.line(journalHeaderDocument{typeJournal, space, h})
	if err != nil {
		return nil, fmt.Errorf("begin a journal in %s: %w", d.path, err)
	}
	j.end = int64(len(line))
	j.steps = pending(steps)
	err = d.change("begin a journal", func(w *writer) error {
		if _, err := w.root.Lstat(journalName); err == nil {
			return &fs.PathError{Op: "create", Path: d.join(journalName), Err: fs.ErrExist}
		}
		return w.replace(journalName, append(line, blank(space)...))
	})
	if err != nil {
		return nil, err
	}
	return j, nil
}

// Journal returns the journal of a transaction that has not ended, or nil.
// A last record that was cut off while it was being written is left out;
// any other damage is a *CorruptError.
func (d *Dir) Journal() (*Journal, error) {
	data, err := d.read(journalName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	j, err := decodeJournal(d.join(journalName), data)
	if err != nil {
		return nil, err
	}
	j.dir = d
	return j, nil
}

// blank is room for n bytes of records.
func blank(n int) []byte { return bytes.Repeat([]byte("\n"), n) }

func pending(n int) []StepStatus { return slices.Repeat([]StepStatus{StepPending}, n) }

// Header is what the journal was begun with.
func (j *Journal) Header() JournalHeader { return j.header }

// Steps is the status of each operation of the plan.
func (j *Journal) Steps() []StepStatus { return slices.Clone(j.steps) }

// IsUndoing reports whether Undoing was recorded.
func (j *Journal) IsUndoing() bool { return j.undoing }

// Start records that operation i is about to be carried out.
func (j *Journal) Start(i int) error { return j.record(record{Event: string(StepStarted), Step: i}) }

// Done records that operation i was carried out and read back.
func (j *Journal) Done(i int) error { return j.record(record{Event: string(StepDone), Step: i}) }

// Undoing records that from here on operations are undone.
func (j *Journal) Undoing() error { return j.record(record{Event: eventUndoing}) }

// Undone records that operation i was undone and read back.
func (j *Journal) Undone(i int) error { return j.record(record{Event: string(StepUndone), Step: i}) }

func (j *Journal) record(r record) error {
	path := j.dir.join(journalName)
	if err := r.check(len(j.steps)); err != nil {
		return fmt.Errorf("record in %s: %w", path, err)
	}
	next := j.chain
	line, err := next.line(r)
	if err == nil {
		err = j.append(line)
	}
	if err != nil {
		return fmt.Errorf("record in %s that step %d is %s: %w", path, r.Step, r.Event, bare(err))
	}
	j.chain = next
	j.end += int64(len(line))
	j.apply(r)
	return nil
}

func (j *Journal) apply(r record) {
	if r.Event == eventUndoing {
		j.undoing = true
		return
	}
	j.steps[r.Step] = StepStatus(r.Event)
}

// append writes a line over the blank ones after the last good record. If it
// fails, the place is blanked as far as possible: the next line may be shorter.
func (j *Journal) append(line []byte) error {
	if j.file == nil {
		if err := j.openFile(); err != nil {
			return err
		}
	}
	_, err := j.file.WriteAt(line, j.end)
	if err == nil {
		err = j.file.Sync()
	}
	if err != nil {
		_, _ = j.file.WriteAt(blank(len(line)), j.end)
	}
	return err
}

// openFile opens the journal for writing and blanks what follows the last
// good record, which can only be one that was cut off.
func (j *Journal) openFile() error {
	root, err := j.dir.open()
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := root.OpenFile(journalName, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	rest := make([]byte, recordSpace)
	n, _ := file.ReadAt(rest, j.end)
	if torn := bytes.TrimRight(rest[:n], "\n"); len(torn) > 0 {
		if _, err := file.WriteAt(blank(len(torn)), j.end); err != nil {
			return errors.Join(err, file.Close())
		}
	}
	j.file = file
	return nil
}

// Close closes the journal and keeps it on disk.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	err := j.file.Close()
	j.file = nil
	return err
}

// Remove ends the transaction: it closes the journal and removes it, durably.
func (j *Journal) Remove() error {
	closed := j.Close()
	removed := j.dir.change("remove the journal", func(w *writer) error {
		err := w.remove(journalName)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	})
	return errors.Join(closed, removed)
}
