package state

import (
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/google/uuid"

	"github.com/ctplan/ctplan/planner"
)

// FormatVersion is the version of all files in the state directory. Readers
// ignore unknown properties and refuse another major version.
const FormatVersion = "1.0"

const formatMajor = 1

// KeepPlans is how many plan identities a state remembers, so that a
// saved plan is not applied twice.
const KeepPlans = 50

const (
	stateName = "state.json"
	nextName  = "state.json.next"
)

// File is the content of state.json.
type File struct {
	FormatVersion string `json:"format_version"`
	// Lineage identifies this history; see NewLineage. It is empty only
	// before the first apply.
	Lineage string `json:"lineage"`
	// Serial counts the changes of the state within its lineage.
	Serial uint64 `json:"serial"`
	// Version is the ctplan that wrote it.
	Version   string          `json:"ctplan_version"`
	UpdatedAt time.Time       `json:"updated_at"`
	Host      planner.Facts   `json:"host"`
	Managed   planner.Managed `json:"managed"`
	// AppliedPlans are the identities of the last applied plans, newest
	// last, at most KeepPlans.
	AppliedPlans []string `json:"applied_plans"`
}

// NewLineage returns a new random lineage.
func NewLineage() string { return uuid.NewString() }

// Read returns the committed state. A host that ctplan has never changed has
// none: the result is then an empty File without a lineage. A file that is
// not what ctplan wrote is a *CorruptError, one of a later format a
// *VersionError.
func (d *Dir) Read() (*File, error) { return d.readState(stateName) }

// Staged returns the state that Stage has written and Commit has not yet put
// in place; the error wraps fs.ErrNotExist if there is none.
func (d *Dir) Staged() (*File, error) {
	data, err := d.read(nextName)
	if err != nil {
		return nil, err
	}
	return decodeState(d.join(nextName), data)
}

func (d *Dir) readState(name string) (*File, error) {
	data, err := d.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return emptyFile(), nil
	}
	if err != nil {
		return nil, err
	}
	f, err := decodeState(d.join(name), data)
	var corrupt *CorruptError
	if errors.As(err, &corrupt) {
		corrupt.Advice = d.restoreAdvice()
	}
	return f, err
}

func emptyFile() *File {
	return &File{FormatVersion: FormatVersion, Managed: planner.Managed{
		Resources: map[string]planner.ManagedResource{},
		Originals: map[string]planner.Original{},
	}}
}

// Stage writes the next state beside the current one and brings it to disk,
// so that Commit needs no further space. The lineage must be set. Format
// version and the length of AppliedPlans are seen to here.
func (d *Dir) Stage(f *File) error {
	if f.Lineage == "" {
		return fmt.Errorf("stage the next state in %s: it has no lineage", d.path)
	}
	data, err := encodeState(*f)
	if err != nil {
		return fmt.Errorf("stage the next state in %s: %w", d.path, err)
	}
	return d.change("stage the next state", func(w *writer) error {
		return w.create(nextName, data)
	})
}

// Commit makes the staged state the current one and drops history that is
// older than the newest KeepGenerations. It fails with an error that wraps
// fs.ErrNotExist if none is staged, and with one that wraps ErrNotSynced if
// the new state is in place but might not survive a power loss.
func (d *Dir) Commit() error {
	err := d.change("commit the state", func(w *writer) error {
		return w.rename(nextName, stateName)
	})
	if err != nil {
		return err
	}
	_ = d.prune() // it has no say in whether the state is committed, and is tried again next time
	return nil
}

// Discard drops the staged state, if there is one.
func (d *Dir) Discard() error {
	err := d.change("discard the staged state", func(w *writer) error {
		return w.remove(nextName)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
