package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/schema/packet"
)

// ruleText makes a normaliser of a parser: what was read, in its one spelling.
func ruleText[T fmt.Stringer](parse func(string) (T, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		v, err := parse(s)
		if err != nil {
			return "", err
		}
		return v.String(), nil
	}
}

// oneValue converts a text or a whole number. Numbers stay numbers.
func oneValue(normal func(string) (string, error)) func(cty.Value) (cty.Value, error) {
	return func(v cty.Value) (cty.Value, error) {
		s, err := wordText(v)
		if err != nil {
			return v, err
		}
		out, err := normal(s)
		if err != nil || v.Type() == cty.Number {
			return v, err
		}
		return cty.StringVal(out), nil
	}
}

// listValue converts a list of texts and numbers. What was written as one value
// stays one, so that plans show what people wrote.
func listValue(normal func([]string) ([]string, error)) func(cty.Value) (cty.Value, error) {
	return func(v cty.Value) (cty.Value, error) {
		in, err := wordTexts(v)
		if err != nil {
			return v, err
		}
		out, err := normal(in)
		switch {
		case err != nil, v.Type() == cty.Number:
			return v, err
		case v.Type() == cty.String:
			return cty.StringVal(strings.Join(out, ",")), nil
		case len(out) == 0:
			return cty.ListValEmpty(cty.String), nil
		}
		values := make([]cty.Value, len(out))
		for i, s := range out {
			values[i] = cty.StringVal(s)
		}
		return cty.ListVal(values), nil
	}
}

// wordText is a text or a whole number as text.
func wordText(v cty.Value) (string, error) {
	switch v.Type() {
	case cty.String:
		return v.AsString(), nil
	case cty.Number:
		if !v.AsBigFloat().IsInt() {
			return "", fmt.Errorf("%s is not a whole number", numberText(v))
		}
		return numberText(v), nil
	}
	return "", fmt.Errorf("a text or a number is wanted, not %s", v.Type().FriendlyName())
}

// wordTexts are the elements of a list, set or tuple, or the one value.
func wordTexts(v cty.Value) ([]string, error) {
	if !v.Type().IsTupleType() && !v.Type().IsListType() && !v.Type().IsSetType() {
		s, err := wordText(v)
		return []string{s}, err
	}
	var out []string
	for it := v.ElementIterator(); it.Next(); {
		_, e := it.Element()
		if e.IsNull() {
			return nil, fmt.Errorf("a list may not hold null")
		}
		s, err := wordText(e)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

func addressTexts(in []string) ([]string, error) {
	parsed, err := packet.ParseAddresses(in)
	out := make([]string, len(parsed))
	for i, a := range parsed {
		out[i] = a.String()
	}
	return out, err
}

func portTexts(in []string) ([]string, error) {
	parsed, err := packet.ParsePorts(in)
	return parsed.Strings(), err
}

func vocabularyTexts(what string, vocabulary []string) func([]string) ([]string, error) {
	return func(in []string) ([]string, error) {
		if len(in) == 1 { // "NEW,RELATED" as iptables takes it
			in = strings.Split(in[0], ",")
			if _, not := packet.SplitNot(in[0]); not {
				for i := range in {
					rest, _ := packet.SplitNot(in[i])
					in[i] = "!" + rest
				}
			}
		}
		parsed, err := packet.ParseWords(what, vocabulary, in)
		return parsed.Strings(), err
	}
}

// packetTypeText reads host as the kernel does, which calls such packets both
// host and unicast.
func packetTypeText(s string) (string, error) {
	rest, not := packet.SplitNot(s)
	if strings.EqualFold(rest, "host") {
		rest = "unicast"
	}
	w, err := packet.ParseWords("packet type", packet.PacketTypeNames, []string{rest})
	if err != nil {
		return "", err
	}
	w.Not = not
	return w.Strings()[0], nil
}

// icmpTypeText accepts what either family knows: which one counts depends on
// the protocol, and is checked with it.
func icmpTypeText(s string) (string, error) {
	_, err := packet.ParseICMPType(packet.IPv4, s)
	if err != nil {
		if _, err6 := packet.ParseICMPType(packet.IPv6, s); err6 != nil {
			return "", err
		}
	}
	return strings.ToLower(s), nil
}

// tcpFlagsValue reads { mask, set, negate }.
func tcpFlagsValue(v cty.Value) (cty.Value, error) {
	if !v.Type().IsObjectType() && !v.Type().IsMapType() {
		return v, fmt.Errorf(`tcp_flags is written { mask = ["SYN", "RST"], set = ["RST"] }`)
	}
	f, err := tcpFlagsOf(v)
	if err != nil {
		return v, err
	}
	strs := func(in []string) cty.Value {
		if len(in) == 0 {
			return cty.ListValEmpty(cty.String)
		}
		out := make([]cty.Value, len(in))
		for i, s := range in {
			out[i] = cty.StringVal(s)
		}
		return cty.ListVal(out)
	}
	object := map[string]cty.Value{"mask": strs(f.Mask), "set": strs(f.Set)}
	if f.Not {
		object["negate"] = cty.True
	}
	return cty.ObjectVal(object), nil
}

// tcpFlagsOf reads the object, normalised or not.
func tcpFlagsOf(v cty.Value) (packet.TCPFlags, error) {
	lists := map[string][]string{}
	negate := false
	for name, part := range v.AsValueMap() {
		switch {
		case part.IsNull():
		case name == "mask" || name == "set":
			list, err := wordTexts(part)
			if err != nil {
				return packet.TCPFlags{}, err
			}
			lists[name] = list
		case name == "negate" && part.Type() == cty.Bool:
			negate = part.True()
		default:
			return packet.TCPFlags{}, fmt.Errorf("tcp_flags has mask, set and negate (true or false), no %q", name)
		}
	}
	f, err := packet.ParseTCPFlags(lists["mask"], lists["set"])
	f.Not = negate
	return f, err
}

func commentText(s string) (string, error) { return s, packet.CheckText("comment", s, MaxComment) }

func rawMatchTexts(in []string) ([]string, error) { return in, packet.CheckRaw(in) }

func familyTexts(in []string) ([]string, error) {
	var out []string
	for _, f := range packet.Families {
		if slices.Contains(in, string(f)) {
			out = append(out, string(f))
		}
	}
	for _, s := range in {
		if !slices.Contains(out, s) {
			return nil, fmt.Errorf("%q is not an address family: ipv4 and ipv6 are", s)
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no family is listed: no rule would be made; use enabled = false for that")
	}
	return out, nil
}

// asSentence makes a diagnostic's text of an error's.
func asSentence(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:] + "."
}
