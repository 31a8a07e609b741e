package packet

import (
	"fmt"
	"strings"
)

// The words of the conditions that are sets, each in the order of the
// kernel's bits, which is the order in which rules are listed.
var (
	TCPFlagNames  = []string{"FIN", "SYN", "RST", "PSH", "ACK", "URG"}
	StateNames    = []string{"INVALID", "NEW", "RELATED", "ESTABLISHED", "UNTRACKED", "SNAT", "DNAT"}
	AddrTypeNames = []string{"UNSPEC", "UNICAST", "LOCAL", "BROADCAST", "ANYCAST", "MULTICAST", "BLACKHOLE",
		"UNREACHABLE", "PROHIBIT"}
	PacketTypeNames = []string{"unicast", "broadcast", "multicast"}
)

// Words is a condition on a value that is one of several words.
type Words struct {
	List []string
	Not  bool
}

// ParseWords reads a list of words of a vocabulary, in any case and order,
// and sorts it as the vocabulary is. Negation is of the whole list: a "!"
// before the first word, or before every word.
func ParseWords(what string, vocabulary, list []string) (Words, error) {
	var w Words
	have := map[string]bool{}
	for i, s := range list {
		text, not := SplitNot(s)
		if i > 0 && not != w.Not {
			return Words{}, fmt.Errorf("%q: either all of a list are negated or none", s)
		}
		w.Not = not
		word := ""
		for _, v := range vocabulary {
			if strings.EqualFold(v, text) {
				word = v
			}
		}
		if word == "" {
			return Words{}, fmt.Errorf("%q is not a %s: use %s", s, what, strings.Join(vocabulary, ", "))
		}
		have[word] = true
	}
	for _, v := range vocabulary {
		if have[v] {
			w.List = append(w.List, v)
		}
	}
	if len(w.List) == 0 {
		return Words{}, fmt.Errorf("the list is empty: leave the attribute out")
	}
	return w, nil
}

// Strings is the list as ParseWords reads it.
func (w Words) Strings() []string {
	out := make([]string, len(w.List))
	for i, s := range w.List {
		out[i] = mark(w.Not, s)
	}
	return out
}

// String joins the words with commas, without the negation.
func (w Words) String() string { return strings.Join(w.List, ",") }

// TCPFlags is a condition on the flags of a TCP header: of those in Mask,
// exactly those in Set are set.
type TCPFlags struct {
	Mask, Set []string // in the order of TCPFlagNames
	Not       bool
}

// ParseTCPFlags reads the two lists; ALL stands for every flag, and an empty
// Set, or NONE, for no flag.
func ParseTCPFlags(mask, set []string) (TCPFlags, error) {
	m, err := flags(mask)
	if err != nil {
		return TCPFlags{}, err
	}
	s, err := flags(set)
	if err != nil {
		return TCPFlags{}, err
	}
	if len(m) == 0 {
		return TCPFlags{}, fmt.Errorf("mask is empty: it lists the flags to look at")
	}
	for _, f := range s {
		if !contains(m, f) {
			return TCPFlags{}, fmt.Errorf("%s is in set but not in mask, so that no packet would match: add it to mask", f)
		}
	}
	return TCPFlags{Mask: m, Set: s}, nil
}

func flags(list []string) ([]string, error) {
	switch {
	case len(list) == 0, len(list) == 1 && strings.EqualFold(list[0], "NONE"):
		return nil, nil
	case len(list) == 1 && strings.EqualFold(list[0], "ALL"):
		return TCPFlagNames, nil
	}
	w, err := ParseWords("TCP flag", TCPFlagNames, list)
	if err == nil && w.Not {
		err = fmt.Errorf("single flags cannot be negated: leave them out of set")
	}
	return w.List, err
}

func contains(list []string, s string) bool {
	for _, v := range list {
		if v == s {
			return true
		}
	}
	return false
}
