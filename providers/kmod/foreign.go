package kmod

import (
	"bytes"
	"context"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// ForeignFile reports content, in a file that ctplan is about to take over,
// that ctplan did not write; nil where there is none.
func ForeignFile(ctx context.Context, h host.Host, name string) *planner.Finding {
	content, err := h.ReadFile(ctx, name)
	if err != nil || len(bytes.TrimSpace(content.Data)) == 0 {
		return nil
	}
	if planner.Composed(string(content.Data)) {
		return &planner.Finding{
			Severity: planner.SeverityWarning,
			Code:     "boot:orphaned-file",
			Summary:  name + " is from a ctplan whose state is gone",
			Detail: "Its lines will be replaced by what this configuration declares. `ctplan destroy` will then restore the file as it is now, " +
				"since what was there before is not known.",
		}
	}
	return &planner.Finding{
		Severity: planner.SeverityError,
		Code:     "boot:foreign-file",
		Summary:  name + " is not ctplan's",
		Detail:   "ctplan writes that file as a whole, and it holds something that ctplan did not write. Move its content to a file of another name.",
	}
}
