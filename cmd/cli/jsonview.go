package cli

import (
	"os"

	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/cmd/view"
)

// viewFlags choose how a command that plans or applies speaks.
type viewFlags struct {
	json            bool
	jsonInto        string
	compactWarnings bool
	plan            view.PlanOptions
}

func (v *viewFlags) register(f *pflag.FlagSet) {
	f.BoolVar(&v.json, "json", false, "write a stream of JSON events, one object per line")
	f.StringVar(&v.jsonInto, "json-into", "", "write text here and the stream of JSON events into a file")
	f.BoolVar(&v.compactWarnings, "compact-warnings", false, "show warnings by their summaries only")
	f.BoolVar(&v.plan.Summary, "summary", false, "show one line per changed attribute")
	f.BoolVar(&v.plan.Full, "full", false, "show what does not change too, and every operation with its undo")
	f.BoolVar(&v.plan.Commands, "commands", false, "show the equivalent shell commands")
}

// open returns the view and a function that reports whether everything that
// was shown could be written.
func (v *viewFlags) open(a *app) (view.View, func() error, error) {
	stdout := a.stdout()
	if v.json {
		s := a.stream(stdout)
		return s, func() error { return writeError("standard output", stdout.Err()) }, nil
	}
	h := a.human(v.compactWarnings)
	closeHuman := func() error { return writeError("standard output", h.Out.Err()) }
	if v.jsonInto == "" {
		return h, closeHuman, nil
	}
	file, err := os.OpenFile(a.path(v.jsonInto), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, &failure{summary: "Event file not written", detail: sentence(err.Error()), err: err}
	}
	into := &view.Output{W: file}
	return view.Multi{h, a.stream(into)}, func() error {
		err := into.Err()
		if closing := file.Close(); err == nil {
			err = closing
		}
		if err := writeError(v.jsonInto, err); err != nil {
			return err
		}
		return closeHuman()
	}, nil
}

// stream starts an event stream.
func (a *app) stream(out *view.Output) *view.Stream {
	s := &view.Stream{Out: out, Sources: a.sources, Now: a.Now}
	s.Start(a.Build.Version)
	return s
}

// writeError explains that output was lost.
func writeError(where string, err error) error {
	if err == nil {
		return nil
	}
	return &failure{summary: "Output not written", detail: sentence("writing to " + where + " failed: " + err.Error()), err: err}
}

// speak opens the view, runs the work of a command and shows its error. That
// output was lost is an error only of a command whose output is all there is
// to it: the exit code of one that changes the host speaks of the host.
func (a *app) speak(flags *viewFlags, changes bool, work func(view.View) error) error {
	v, done, err := flags.open(a)
	if err != nil {
		return err
	}
	err = a.finish(v, work(v))
	if written := done(); written != nil && err == nil && !changes {
		return written
	}
	return err
}
