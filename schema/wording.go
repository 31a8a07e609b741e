package schema

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// wrongType says what an attribute takes instead of a value of another type.
func (a *Attribute) wrongType(v cty.Value) *Invalid {
	takes, forms := "a text", ""
	switch a.Type {
	case TypeNumber:
		takes = "a whole number" + a.ofUnit()
		if v.IsKnown() && v.Type() == cty.String {
			takes += a.notThisUnit(v.AsString())
		}
	case TypeDuration:
		takes, forms = "a duration", " "+durationForms
	case TypeSize:
		takes, forms = "a size", " "+sizeForms
	case TypeBool:
		takes = "true or false"
	case TypeEnum:
		takes = a.choices()
	}
	return unsuitable("%s takes %s, and %s is not suitable.%s", a.Name, takes, shown(v), forms)
}

// notThisUnit explains why "64MiB" or "1h" is no plain number.
func (a *Attribute) notThisUnit(text string) string {
	if _, err := ParseSize(text); err == nil {
		return ", not a size in bytes"
	}
	if _, err := ParseDuration(text); err == nil {
		return ", not a duration"
	}
	if strings.ContainsAny(text, "kKmMgG,_") {
		return ", written out in digits"
	}
	return ""
}

// outOfRange gives the kernel key, the bounds, the unit and the reason.
func (a *Attribute) outOfRange(given string) *Invalid {
	name := a.Name
	if a.Key != "" {
		name += " (" + a.Key + ")"
	}
	detail := fmt.Sprintf("%s must be %s, and %s is not.", name, a.bounds(), given)
	if a.RangeReason != "" {
		detail += " " + a.RangeReason
	}
	return &Invalid{Summary: "Value out of range", Detail: detail}
}

// bounds writes the range: "between 1 and 2147483 seconds (24d20h31m23s)".
func (a *Attribute) bounds() string {
	switch {
	case a.Min != nil && a.Max != nil:
		return fmt.Sprintf("between %d and %d%s%s", *a.Min, *a.Max, a.unitAfter(), a.spelledMax())
	case a.Min != nil:
		return fmt.Sprintf("at least %d%s", *a.Min, a.unitAfter())
	case a.Max != nil:
		return fmt.Sprintf("at most %d%s%s", *a.Max, a.unitAfter(), a.spelledMax())
	}
	return "a whole number" + a.ofUnit()
}

// spelledMax is the upper bound in units that people can picture.
func (a *Attribute) spelledMax() string {
	switch {
	case a.Type == TypeDuration && *a.Max >= 3600:
		return " (" + spelled(*a.Max) + ")"
	case a.Type == TypeSize && FormatSize(*a.Max) != strconv.FormatInt(*a.Max, 10):
		return " (" + FormatSize(*a.Max) + ")"
	}
	return ""
}

// unitAfter is the unit behind a number, unless the name says it already.
func (a *Attribute) unitAfter() string {
	if a.Unit == "" || a.Unit == a.Name {
		return ""
	}
	return " " + a.Unit
}

func (a *Attribute) ofUnit() string {
	if a.Unit == "" || a.Unit == a.Name {
		return ""
	}
	return " of " + a.Unit
}

// written is a primitive value as text.
func written(v cty.Value) string {
	switch v.Type() {
	case cty.String:
		return v.AsString()
	case cty.Bool:
		return strconv.FormatBool(v.True())
	}
	return numberText(v)
}

// shown is a value for messages: quoted text, a number, or what it is.
func shown(v cty.Value) string {
	switch t := v.Type(); {
	case !v.IsKnown() || !t.IsPrimitiveType():
		return aKind(t)
	case t == cty.String:
		return quoted(v.AsString())
	case t == cty.Number:
		return shortNumber(v.AsBigFloat())
	default:
		return written(v)
	}
}

func aKind(t cty.Type) string {
	switch {
	case t.IsTupleType() || t.IsListType():
		return "a list"
	case t.IsSetType():
		return "a set"
	case t.IsObjectType() || t.IsMapType():
		return "a map"
	}
	return "a " + t.FriendlyName()
}

// shortNumber writes a number without pages of digits.
func shortNumber(f *big.Float) string {
	if text := f.Text('g', 20); len(text) <= 24 && !strings.Contains(text, "e") {
		return text
	}
	return f.Text('g', 6)
}

// firstSentence is the beginning of a description, for messages.
func firstSentence(description string) string {
	if i := strings.Index(description, ". "); i >= 0 {
		return description[:i+1]
	}
	return description
}
