package schema

import (
	"errors"
	"fmt"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// Invalid says why a value cannot be used, in the two parts of a diagnostic.
// A table's Convert returns it to set the summary or to point at a part of
// the value; other errors get a general summary and the whole value.
type Invalid struct {
	// Summary is what is wrong, in a few words without a final stop.
	Summary string
	// Detail is why, and what to write instead, in sentences.
	Detail string
	// Path leads to the part of the value that is wrong.
	Path cty.Path
}

// Error implements error.
func (e *Invalid) Error() string { return e.Detail }

// unsuitable is an Invalid with the general summary.
func unsuitable(format string, args ...any) *Invalid {
	return &Invalid{Summary: "Unsuitable value", Detail: fmt.Sprintf(format, args...)}
}

// invalid turns any error about an attribute's value into an Invalid.
func (a *Attribute) invalid(err error) *Invalid {
	var known *Invalid
	if errors.As(err, &known) {
		return known
	}
	out := unsuitable("%s: %s.", a.Name, strings.TrimSuffix(err.Error(), "."))
	var inside cty.PathError
	if errors.As(err, &inside) {
		out.Path = inside.Path
	}
	return out
}
