package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/xtables"
)

// knownRisks are the findings that a person may overrule, by the word for it.
// The safe choice is the default: without the flag they are errors.
var knownRisks = map[string]string{
	"lose-ssh": xtables.CodeLoseSSH,
}

// risks are those that were accepted on the command line.
type risks []string

func (r *risks) register(f *pflag.FlagSet) {
	f.StringArrayVar((*[]string)(r), "accept-risk", nil, "`RISK` to take although the plan warns of it: lose-ssh")
}

func (r risks) check() error {
	for _, word := range r {
		if knownRisks[word] == "" {
			return &usageError{fmt.Sprintf("-accept-risk=%s names no risk that ctplan knows; lose-ssh is one.", word)}
		}
	}
	return nil
}

// accept turns the errors that were accepted into warnings, and tells of
// those that could be.
func (r risks) accept(findings []planner.Finding) {
	for i := range findings {
		f := &findings[i]
		word := riskOf(f.Code)
		if f.Severity != planner.SeverityError || word == "" {
			continue
		}
		if slices.Contains(r, word) {
			f.Severity = planner.SeverityWarning
			f.Detail = strings.TrimSpace(f.Detail) + " This risk was accepted with -accept-risk."
		} else {
			f.Detail = strings.TrimSpace(f.Detail) + " To apply all the same, give -accept-risk=" + word + "."
		}
	}
}

// riskOf is the word for a finding that can be overruled, or "".
func riskOf(code string) string {
	for word, known := range knownRisks {
		if known == code {
			return word
		}
	}
	return ""
}
