package packet

import (
	"fmt"
	"net"
	"regexp"
	"strings"
	"sync"
)

// Interface is a condition on a network interface; a final "+" stands for
// any rest of the name.
type Interface struct {
	Name string
	Not  bool
}

// MaxInterface is the longest interface name, IFNAMSIZ - 1 bytes.
const MaxInterface = 15

// ParseInterface reads an interface name. It need not exist.
func ParseInterface(s string) (Interface, error) {
	name, not := SplitNot(s)
	switch {
	case name == "":
		return Interface{}, fmt.Errorf("the interface name is empty: leave the attribute out")
	case name == "+":
		if not {
			return Interface{}, fmt.Errorf("%q matches nothing: every interface matches +", s)
		}
		return Interface{}, fmt.Errorf(`"+" is every interface: leave the attribute out`)
	case strings.ContainsAny(name, "/ \t\"'\\") || strings.HasPrefix(name, "-") || strings.HasPrefix(name, "!"):
		return Interface{}, fmt.Errorf("%q is not an interface name: blanks, quotes, slashes and a leading dash are not possible", s)
	}
	if err := CheckText("interface name", name, MaxInterface); err != nil {
		return Interface{}, err
	}
	return Interface{name, not}, nil
}

// String is the name as ParseInterface reads it.
func (i Interface) String() string { return mark(i.Not, i.Name) }

// Mark is a condition on the packet's mark.
type Mark struct {
	Value, Mask uint32
	Not         bool
}

// ParseMark reads "1", "0x1" or "0x1/0xff".
func ParseMark(s string) (Mark, error) {
	text, not := SplitNot(s)
	value, mask, masked := strings.Cut(text, "/")
	m := Mark{Mask: 0xffffffff, Not: not}
	n, err := number("mark", value, 0xffffffff)
	if err != nil {
		return Mark{}, err
	}
	m.Value = uint32(n)
	if masked {
		if n, err = number("mark mask", mask, 0xffffffff); err != nil {
			return Mark{}, err
		}
		m.Mask = uint32(n)
	}
	switch {
	case m.Mask == 0:
		return Mark{}, fmt.Errorf("mask 0 of %q looks at no bit", s)
	case m.Value&^m.Mask != 0:
		return Mark{}, fmt.Errorf("%q can never match: the value has bits outside the mask", s)
	}
	return m, nil
}

// Hex is "0x1" or "0x1/0xff".
func (m Mark) Hex() string {
	if m.Mask == 0xffffffff {
		return fmt.Sprintf("0x%x", m.Value)
	}
	return fmt.Sprintf("0x%x/0x%x", m.Value, m.Mask)
}

// String is the mark as ParseMark reads it.
func (m Mark) String() string { return mark(m.Not, m.Hex()) }

// MAC is a condition on the source hardware address.
type MAC struct {
	Addr string // lower case, zero padded
	Not  bool
}

// ParseMAC reads six bytes in hexadecimal, separated by colons.
func ParseMAC(s string) (MAC, error) {
	text, not := SplitNot(s)
	hw, err := net.ParseMAC(text)
	if err != nil || len(hw) != 6 || !strings.Contains(text, ":") {
		return MAC{}, fmt.Errorf("%q is not a hardware address: write 00:16:3e:00:00:01", s)
	}
	return MAC{hw.String(), not}, nil
}

// String is the address as ParseMAC reads it.
func (m MAC) String() string { return mark(m.Not, m.Addr) }

// Owner is a condition on the user or group of the sending socket.
type Owner struct {
	// Name is a user's or group's name; empty where the numbers count.
	Name   string
	Lo, Hi uint32
	Not    bool
}

// Patterns are compiled when they are first needed: a run lasts milliseconds.
var ownerName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]{0,31}$`)
})

// ParseOwner reads an ID, a range of IDs "1000-1999", or a name, which the
// host looks up when the rule is made.
func ParseOwner(s string) (Owner, error) {
	text, not := SplitNot(s)
	if ownerName().MatchString(text) {
		return Owner{Name: text, Not: not}, nil
	}
	lo, hi, err := span("user or group ID", strings.Replace(text, "-", ":", 1), 4294967294)
	if err != nil {
		return Owner{}, err
	}
	return Owner{Lo: uint32(lo), Hi: uint32(hi), Not: not}, nil
}

// IDs is "0", "1000-1999" or the name.
func (o Owner) IDs() string {
	switch {
	case o.Name != "":
		return o.Name
	case o.Lo == o.Hi:
		return fmt.Sprint(o.Lo)
	}
	return fmt.Sprintf("%d-%d", o.Lo, o.Hi)
}

// String is the owner as ParseOwner reads it.
func (o Owner) String() string { return mark(o.Not, o.IDs()) }

// Length is a condition on the packet's length in bytes.
type Length struct {
	Lo, Hi uint16
	Not    bool
}

// ParseLength reads "100", "100:200", "100:" or ":200".
func ParseLength(s string) (Length, error) {
	text, not := SplitNot(s)
	lo, hi, err := span("length", text, 65535)
	if err != nil {
		return Length{}, err
	}
	if lo == 0 && hi == 65535 {
		return Length{}, fmt.Errorf("%q is every length: leave the attribute out", s)
	}
	return Length{uint16(lo), uint16(hi), not}, nil
}

// Range is "100" or "100:200".
func (l Length) Range() string { return PortRange{l.Lo, l.Hi}.String() }

// String is the length as ParseLength reads it.
func (l Length) String() string { return mark(l.Not, l.Range()) }

// TTL is a condition on the time to live, for IPv6 on the hop limit.
type TTL struct {
	// Op is "eq", "lt" or "gt".
	Op    string
	Value uint8
	Not   bool
}

// ParseTTL reads "64", "!64", "<5" or ">128".
func ParseTTL(s string) (TTL, error) {
	text, not := SplitNot(s)
	op := "eq"
	if rest, ok := strings.CutPrefix(text, "<"); ok {
		op, text = "lt", strings.TrimSpace(rest)
	} else if rest, ok := strings.CutPrefix(text, ">"); ok {
		op, text = "gt", strings.TrimSpace(rest)
	}
	if not && op != "eq" {
		return TTL{}, fmt.Errorf("%q: only a single value can be negated", s)
	}
	n, err := number("ttl", text, 255)
	if err != nil {
		return TTL{}, err
	}
	return TTL{op, uint8(n), not}, nil
}

// String is the condition as ParseTTL reads it.
func (t TTL) String() string {
	return mark(t.Not, map[string]string{"eq": "", "lt": "<", "gt": ">"}[t.Op]+fmt.Sprint(t.Value))
}

// Set is a condition on membership in an ipset.
type Set struct {
	Name string
	// Directions are "src" or "dst", one for each dimension of the set.
	Directions []string
	Not        bool
}

var setName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,30}$`)
})

// ParseSet reads "NAME src", "NAME src,dst" and so on.
func ParseSet(s string) (Set, error) {
	text, not := SplitNot(s)
	words := strings.Fields(text)
	if len(words) != 2 || !setName().MatchString(words[0]) {
		return Set{}, fmt.Errorf(`%q is not a set match: write the set's name and one direction per dimension, as in "blocked src" or "services dst,dst"`, s)
	}
	directions := strings.Split(words[1], ",")
	for _, d := range directions {
		if d != "src" && d != "dst" {
			return Set{}, fmt.Errorf("direction %q of set %s is neither src nor dst", d, words[0])
		}
	}
	if len(directions) > 6 {
		return Set{}, fmt.Errorf("set match %q has %d directions: sets have at most 6 dimensions", s, len(directions))
	}
	return Set{words[0], directions, not}, nil
}

// String is the set as ParseSet reads it.
func (s Set) String() string { return mark(s.Not, s.Name+" "+strings.Join(s.Directions, ",")) }
