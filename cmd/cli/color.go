package cli

import (
	"fmt"
	"io"

	"github.com/ctplan/ctplan/cmd/view"
)

// output decides what a stream can show. The flags win over NO_COLOR, which
// wins over what the terminal is.
func (a *app) output(w io.Writer, tty bool) *view.Output {
	out := &view.Output{W: w, Width: pipeWidth}
	if tty && a.Width > 0 {
		out.Width = a.Width
	}
	switch {
	case a.noColor || a.color == "never":
	case a.color == "always":
		out.Color = true
	case a.getenv("NO_COLOR") != "" || a.getenv("TERM") == "dumb":
	default:
		out.Color = tty
	}
	return out
}

// pipeWidth is the layout width of what goes to a file or a log, where
// long lines do no harm and a fixed width keeps the text reproducible.
const pipeWidth = 140

// checkColor refuses an unknown -color.
func (g *globals) checkColor() error {
	switch g.color {
	case "auto", "always", "never":
		return nil
	}
	return &usageError{fmt.Sprintf("-color=%s is not known. Use auto, always or never.", g.color)}
}
