package schema

import (
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// KernelValue is a normalised value as it is written to the attribute's
// kernel parameter: "1" for true, a word's number for an enumeration. It
// panics on lists, maps and objects, which no parameter holds.
func (a Attribute) KernelValue(v cty.Value) string {
	v, _ = v.Unmark()
	switch v.Type() {
	case cty.Bool:
		if v.True() {
			return "1"
		}
		return "0"
	case cty.Number:
		return numberText(v)
	}
	text := v.AsString()
	for _, e := range a.Enum {
		if e.Word == text && e.Kernel != "" {
			return e.Kernel
		}
	}
	return text
}

// FromKernel reads what a kernel parameter shows as the attribute's own type,
// in the JSON-like form of plans: int64, bool or string. What the type cannot
// hold stays the kernel's text, so that a plan shows what is there.
func (a Attribute) FromKernel(text string) any {
	text = strings.TrimSpace(text)
	switch a.Type {
	case TypeBool:
		switch text {
		case "0":
			return false
		case "1":
			return true
		}
		fallthrough // kernels up to 4.19 hold any number in a switch
	case TypeNumber, TypeDuration, TypeSize:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
	case TypeEnum:
		return a.canonicalWord(text)
	case TypeAny:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil && strconv.FormatInt(n, 10) == text {
			return n
		}
	}
	return text
}

// numberText writes a number in decimal digits, without an exponent.
func numberText(v cty.Value) string { return v.AsBigFloat().Text('f', -1) }
