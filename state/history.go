package state

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ctplan/ctplan/planner"
)

// KeepGenerations is how many generations the history holds.
const KeepGenerations = 20

const historyName = "history"

// Generation is one applied plan in the history.
type Generation struct {
	Serial  uint64    `json:"serial"`
	Time    time.Time `json:"time"`
	Who     string    `json:"who"`
	Command string    `json:"command"`
	PlanID  string    `json:"plan_id"`
	// RollbackTo is the serial that a rollback returned to; nil for others.
	RollbackTo *uint64 `json:"rollback_to,omitempty"`
	// ConfigDigest identifies the configuration that was applied.
	ConfigDigest string              `json:"config_digest"`
	Summary      string              `json:"summary"`
	Changes      []planner.Change    `json:"changes"`
	Operations   []planner.Operation `json:"operations"`
	// State is the state after it.
	State File `json:"-"`
	// Damage says why a generation in the history cannot be used; all but
	// Serial is then zero. It is nil for a good one.
	Damage error `json:"-"`
}

// generationDocument holds the state as a document of its own, with type and
// digest, so that it can be copied out and put in place of a lost state.json.
type generationDocument struct {
	Type          string `json:"type"`
	FormatVersion string `json:"format_version"`
	Generation
	State json.RawMessage `json:"state"`
}

// AddGeneration adds to the history, durably. A generation of the same serial
// is replaced. What gets too old is dropped by Commit, so that an apply that
// comes to nothing costs no history.
func (d *Dir) AddGeneration(g Generation) error {
	state, err := encodeState(g.State)
	if err != nil {
		return fmt.Errorf("add to the history in %s: %w", d.path, err)
	}
	data, err := encode(generationDocument{typeGeneration, FormatVersion, g, state})
	if err != nil {
		return fmt.Errorf("add to the history in %s: %w", d.path, err)
	}
	return d.change("add to the history", func(w *writer) error {
		if err := w.root.Mkdir(historyName, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := w.replace(generationName(g.Serial), data); err != nil {
			return err
		}
		return w.sync(historyName)
	})
}

// DropGeneration takes back what AddGeneration added for an apply that came
// to nothing. One that is not there is no error.
func (d *Dir) DropGeneration(serial uint64) error {
	err := d.change("drop a generation from the history", func(w *writer) error {
		if err := w.remove(generationName(serial)); err != nil {
			return err
		}
		return w.sync(historyName)
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// prune drops what is older than the newest KeepGenerations.
func (d *Dir) prune() error {
	serials, err := d.serials()
	if err != nil || len(serials) <= KeepGenerations {
		return err // without reading the state, which may be large
	}
	serials, err = d.committed()
	if err != nil || len(serials) <= KeepGenerations {
		return err
	}
	return d.change("drop old history", func(w *writer) error {
		for _, s := range serials[:len(serials)-KeepGenerations] {
			if err := w.remove(generationName(s)); err != nil {
				return err
			}
		}
		return w.sync(historyName)
	})
}

// History returns the generations, oldest first. One that cannot be read is
// listed with its Damage; the error is about the directory as a whole.
// Generations that the state has not come to are left out: those of a
// transaction that never began or has not ended, or of an earlier lineage.
func (d *Dir) History() ([]Generation, error) {
	serials, err := d.committed()
	if err != nil {
		return nil, err
	}
	list := make([]Generation, 0, len(serials))
	for _, s := range serials {
		g, err := d.Generation(s)
		if err != nil {
			g = &Generation{Serial: s, Damage: err}
		}
		list = append(list, *g)
	}
	return list, nil
}

// Generation returns one generation. The error wraps fs.ErrNotExist if the
// history does not (or no longer) hold it, and is a *CorruptError if it is damaged.
func (d *Dir) Generation(serial uint64) (*Generation, error) {
	name := generationName(serial)
	data, err := d.read(name)
	if err != nil {
		return nil, err
	}
	return decodeGeneration(d.join(name), serial, data)
}

func decodeGeneration(path string, serial uint64, data []byte) (*Generation, error) {
	var doc generationDocument
	if err := decode(path, typeGeneration, data, &doc); err != nil {
		return nil, err
	}
	if doc.Serial != serial {
		return nil, &CorruptError{Path: path, Reason: fmt.Sprintf("it holds generation %d, not %d", doc.Serial, serial)}
	}
	state, err := decodeState(path, doc.State)
	if err != nil {
		return nil, err
	}
	doc.Generation.State = *state
	return &doc.Generation, nil
}

// generationName pads the serial, so that ls(1) lists them in order.
func generationName(serial uint64) string {
	return path.Join(historyName, fmt.Sprintf("%06d.json", serial))
}

// committed lists the serials that the history holds and the state has
// come to, in order.
func (d *Dir) committed() ([]uint64, error) {
	serials, err := d.serials()
	if err != nil || len(serials) == 0 {
		return nil, err
	}
	newest := d.newest()
	return slices.DeleteFunc(serials, func(serial uint64) bool { return serial > newest }), nil
}

// newest is the serial that the state has come to. Where the state file is
// lost or damaged, a staged state still tells which one it has not come to.
func (d *Dir) newest() uint64 {
	if data, err := d.read(stateName); err == nil {
		if f, err := decodeState(d.join(stateName), data); err == nil {
			return f.Serial
		}
	}
	if next, err := d.Staged(); err == nil {
		return next.Serial - 1
	}
	return math.MaxUint64
}

// serials lists what the history holds, in order. Other names in the
// directory are not ctplan's and left alone.
func (d *Dir) serials() ([]uint64, error) {
	root, err := d.open()
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), historyName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", d.join(historyName), bare(err))
	}
	var serials []uint64
	for _, e := range entries {
		digits, isJSON := strings.CutSuffix(e.Name(), ".json")
		serial, err := strconv.ParseUint(digits, 10, 64)
		if isJSON && err == nil && generationName(serial) == path.Join(historyName, e.Name()) {
			serials = append(serials, serial)
		}
	}
	slices.Sort(serials)
	return serials, nil
}

// restoreAdvice says how to get over a damaged state file. The generation of
// a transaction that is not committed is not the one to restore.
func (d *Dir) restoreAdvice() string {
	journal, _ := d.Journal()
	list, err := d.History()
	if err == nil {
		for _, g := range slices.Backward(list) {
			if g.Damage == nil && (journal == nil || g.Serial < journal.header.Serial) {
				name := d.join(generationName(g.Serial))
				return fmt.Sprintf("The newest good generation is %s: its member \"state\" is the whole state file (jq .state %s > %s)",
					name, name, d.join(stateName))
			}
		}
	}
	return fmt.Sprintf("There is no good generation in %s to restore it from. If it is moved away, ctplan starts anew and no longer knows what was there before it",
		d.join(historyName))
}
