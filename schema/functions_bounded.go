package schema

import (
	"regexp"
	"sync"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
)

// A configuration may come from a pull request that nobody has looked at yet:
// a short expression must not take all memory of the machine that checks it.
const (
	maxCombinations = 65536
	maxFieldDigits  = 4 // of a width or precision in format()
)

var setProductFunction = bounded(stdlib.SetProductFunc, func(args []cty.Value) error {
	total := 1
	for _, a := range args {
		a, _ = a.Unmark()
		if !a.IsKnown() || !a.CanIterateElements() {
			return nil // not known yet, or the function's own error
		}
		if total *= a.LengthInt(); total > maxCombinations {
			return function.NewArgErrorf(0, "there would be more than %d combinations", maxCombinations)
		}
	}
	return nil
})

var (
	formatFunction     = bounded(stdlib.FormatFunc, checkFormatWidth)
	formatListFunction = bounded(stdlib.FormatListFunc, checkFormatWidth)
	wideField          = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`%[^A-Za-z%]*[0-9]{5}`) })
)

func checkFormatWidth(args []cty.Value) error {
	f, _ := args[0].Unmark()
	if f.IsKnown() && !f.IsNull() && f.Type() == cty.String && wideField().MatchString(f.AsString()) {
		return function.NewArgErrorf(0, "a width or precision may have %d digits", maxFieldDigits)
	}
	return nil
}

// bounded is a function that looks at its arguments before it works on them.
func bounded(f function.Function, check func(args []cty.Value) error) function.Function {
	return function.New(&function.Spec{
		Params:   f.Params(),
		VarParam: f.VarParam(),
		Type: func(args []cty.Value) (cty.Type, error) {
			if err := check(args); err != nil {
				return cty.NilType, err
			}
			return f.ReturnTypeForValues(args)
		},
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) { return f.Call(args) },
	})
}
