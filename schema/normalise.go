package schema

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

// normalise checks a value that is not null against the attribute and gives
// it the form that the rest of the program works with. What is not known yet
// comes back as an unknown value of the right type.
func (a *Attribute) normalise(v cty.Value) (cty.Value, error) {
	v, err := a.typed(v)
	if err != nil || !v.IsWhollyKnown() || a.Convert == nil {
		return v, err
	}
	return a.Convert(v)
}

// typed is normalise without Convert.
func (a *Attribute) typed(v cty.Value) (cty.Value, error) {
	switch a.Type {
	case TypeStringList:
		return a.list(v)
	case TypeStringMap:
		return a.stringMap(v)
	case TypeAny:
		return v, nil
	}
	if !v.IsKnown() {
		if t := v.Type(); t != cty.DynamicPseudoType && !t.IsPrimitiveType() {
			return cty.NilVal, a.wrongType(v)
		}
		return cty.UnknownVal(a.ValueType()), nil
	}
	if !v.Type().IsPrimitiveType() {
		return cty.NilVal, a.wrongType(v)
	}
	if v.Type() == cty.Number && isExtreme(v.AsBigFloat()) {
		return cty.NilVal, &Invalid{Summary: "Value out of range", Detail: fmt.Sprintf("%s cannot be so extreme a number.", a.Name)}
	}
	switch a.Type {
	case TypeBool:
		return a.switched(v)
	case TypeString:
		return convert.Convert(v, cty.String)
	case TypeEnum:
		return a.word(v)
	}
	return a.number(v)
}

// maxExponentBits bounds the numbers that are worth a closer look: to write
// 2^(2^30) out in decimal digits takes minutes.
const maxExponentBits = 1024

func isExtreme(f *big.Float) bool {
	exponent := f.MantExp(nil)
	return f.IsInf() || exponent > maxExponentBits || exponent < -maxExponentBits
}

// number reads whole numbers, durations and sizes, and checks their range.
func (a *Attribute) number(v cty.Value) (cty.Value, error) {
	n, err := a.whole(v)
	if err != nil {
		return cty.NilVal, err
	}
	if err := a.inRange(n, written(v)); err != nil {
		return cty.NilVal, err
	}
	return cty.NumberIntVal(n), nil
}

func (a *Attribute) whole(v cty.Value) (int64, error) {
	switch v.Type() {
	case cty.Bool:
		return 0, a.wrongType(v)
	case cty.String:
		switch a.Type {
		case TypeDuration:
			return ParseDuration(v.AsString())
		case TypeSize:
			return ParseSize(v.AsString())
		}
		number, ok := parseNumber(v.AsString())
		if !ok {
			return 0, a.wrongType(v)
		}
		v = number
	}
	return a.wholeNumber(v.AsBigFloat())
}

// parseNumber reads a number in quotes, written out in digits.
func parseNumber(text string) (cty.Value, bool) {
	if len(text) > maxQuantity || !isDecimalText(strings.TrimPrefix(text, "-")) {
		return cty.NilVal, false
	}
	v, err := cty.ParseNumberVal(text)
	return v, err == nil
}

func (a *Attribute) wholeNumber(f *big.Float) (int64, error) {
	if !f.IsInt() {
		return 0, &Invalid{Summary: "Not a whole number", Detail: fmt.Sprintf("%s must be a whole number%s, and %s is not.", a.Name, a.ofUnit(), shortNumber(f))}
	}
	n, accuracy := f.Int64()
	if accuracy != big.Exact {
		if a.Min == nil && a.Max == nil {
			return 0, &Invalid{Summary: "Value out of range", Detail: fmt.Sprintf("%s is too large a number for %s.", shortNumber(f), a.Name)}
		}
		return 0, a.outOfRange(shortNumber(f))
	}
	return n, nil
}

// inRange checks the bounds; given is how the value was written.
func (a *Attribute) inRange(n int64, given string) error {
	if a.Min != nil && n < *a.Min || a.Max != nil && n > *a.Max {
		if digits := strconv.FormatInt(n, 10); digits != given {
			given = fmt.Sprintf("%q (%s%s)", given, digits, a.unitAfter())
		}
		return a.outOfRange(given)
	}
	return nil
}

func (a *Attribute) switched(v cty.Value) (cty.Value, error) {
	b, err := convert.Convert(v, cty.Bool)
	if err == nil {
		return b, nil
	}
	advice := "Write true or false."
	switch written(v) {
	case "1", "on", "yes":
		advice = fmt.Sprintf("Write %s = true.", a.Name)
	case "0", "off", "no":
		advice = fmt.Sprintf("Write %s = false.", a.Name)
	}
	return cty.NilVal, unsuitable("%s is a switch, and %s is neither true nor false. %s", a.Name, shown(v), advice)
}
