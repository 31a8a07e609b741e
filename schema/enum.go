package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// word reads one word of an enumeration. The kernel's own number and the
// word's aliases mean the word; a Numeric enumeration takes other numbers too
// and keeps their digits.
func (a *Attribute) word(v cty.Value) (cty.Value, error) {
	text := written(v)
	for _, e := range a.Enum {
		if text == e.Word || e.Kernel != "" && text == e.Kernel || slices.Contains(e.Aliases, text) {
			return cty.StringVal(e.Word), nil
		}
	}
	if a.Numeric {
		if number, ok := parseNumber(text); ok {
			return a.enumNumber(number)
		}
	}
	return cty.NilVal, a.notAWord(v)
}

func (a *Attribute) enumNumber(v cty.Value) (cty.Value, error) {
	n, err := a.wholeNumber(v.AsBigFloat())
	if err != nil {
		return cty.NilVal, err
	}
	if err := a.inRange(n, numberText(v)); err != nil {
		return cty.NilVal, err
	}
	return cty.StringVal(a.canonicalWord(fmt.Sprint(n))), nil
}

// canonicalWord is the word that stands for a kernel value, or the value
// itself where there is none.
func (a Attribute) canonicalWord(kernel string) string {
	for _, e := range a.Enum {
		if e.Kernel == kernel {
			return e.Word
		}
	}
	return kernel
}

func (a *Attribute) notAWord(v cty.Value) *Invalid {
	words := a.words()
	near := ""
	if v.Type() == cty.String {
		near = didYouMean(v.AsString(), words)
		if slices.Contains(words, strings.ToLower(v.AsString())) {
			near = fmt.Sprintf(" Did you mean %q?", strings.ToLower(v.AsString()))
		}
	}
	return unsuitable("%s must be %s, and %s is none of them.%s", a.Name, a.choices(), shown(v), near)
}

func (a *Attribute) words() []string {
	words := make([]string, len(a.Enum))
	for i, e := range a.Enum {
		words[i] = e.Word
	}
	return words
}

// choices lists what the enumeration takes: `"off", "on" or "auto"`.
func (a *Attribute) choices() string {
	var items []string
	for _, w := range a.words() {
		items = append(items, fmt.Sprintf("%q", w))
	}
	if a.Numeric && a.Min != nil && a.Max != nil {
		items = append(items, fmt.Sprintf("a whole number from %d to %d", *a.Min, *a.Max))
	}
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], ", ") + " or " + items[last]
}
