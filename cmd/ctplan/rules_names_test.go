package main

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
)

// outbreaks are names that try to end the word, the rule or the transaction
// that they are put into.
var outbreaks = map[string]string{
	"quote":            `a" -j ACCEPT`,
	"escaped quote":    `a\" -j ACCEPT`,
	"single quote":     `it's`,
	"backslash":        `end\`,
	"commit":           "COMMIT",
	"option":           "-j ACCEPT",
	"negation":         "! x",
	"shell":            "$(touch x);`id`",
	"hash":             "# x",
	"marker":           "ctplan:jump:INPUT:first",
	"own chain":        "-j CTPLAN-PRE",
	"spaces":           "  two  spaces",
	"brackets":         "[1:2] -A INPUT",
	"newline":          "x\nCOMMIT\n*filter\n-A INPUT -j ACCEPT",
	"carriage return":  "x\rCOMMIT",
	"escape sequence":  "\x1b[2Jx",
	"bell":             "x\a",
	"tab":              "x\ty",
	"delete":           "x\x7f",
	"line separator":   "x\u2028y",
	"right to left":    "x\u202ey",
	"zero":             "x\x00y",
	"ten kilobytes":    strings.Repeat("A", 10_000),
	"not ASCII":        "é",
	"template":         "${1}%{ if true }",
	"very long option": strings.Repeat("-j ACCEPT ", 1000),
}

// neverTaken are refused wherever they are given.
var neverTaken = []string{"newline", "carriage return", "escape sequence", "bell", "delete", "zero", "ten kilobytes", "very long option"}

// places are the attributes that take text, with what iptables-save prints
// for it.
var places = map[string]struct{ block, listed string }{
	"prefix":      {"log_rule \"x\" {\n  chains = [\"INPUT\"]\n  prefix = %s\n}\n", "--log-prefix %s"},
	"NFLOG":       {"log_rule \"x\" {\n  chains = [\"INPUT\"]\n  target = \"NFLOG\"\n  prefix = %s\n}\n", "--nflog-prefix %s"},
	"comment":     {"log_rule \"x\" {\n  chains = [\"INPUT\"]\n  comment = %s\n}\n", "--comment %s"},
	"interface":   {"notrack \"x\" {\n  chains = [\"PREROUTING\"]\n  in_interface = %s\n}\n", "-i %s"},
	"source":      {"notrack \"x\" {\n  chains = [\"PREROUTING\"]\n  source = %s\n}\n", "-s %s"},
	"destination": {"notrack \"x\" {\n  chains = [\"PREROUTING\"]\n  destination = [%s]\n}\n", "-d %s"},
	"neighbour":   {"log_rule \"x\" {\n  chains = [\"INPUT\"]\n  position = { after = %s }\n}\n", "-A INPUT"},
	"set":         {"notrack \"x\" {\n  chains = [\"PREROUTING\"]\n  set = { name = %s, directions = [\"src\"] }\n}\n", "--match-set %s"},
	"match":       {"notrack \"x\" {\n  chains = [\"PREROUTING\"]\n  match = [\"-m\", \"comment\", \"--comment\", %s]\n}\n", "--comment %s"},
	"key":         {"log_rule \"x\" {\n  for_each = toset([%s])\n  chains = [\"INPUT\"]\n}\n", "--comment %s"},
}

// literal writes a string as the configuration language does.
func literal(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteString(`\` + string(r))
		case strings.ContainsRune("\n\r\t", r):
			b.WriteString(map[rune]string{'\n': `\n`, '\r': `\r`, '\t': `\t`}[r])
		case r == '$' || r == '%':
			b.WriteString(string(r))
			if strings.Contains(s, string(r)+"{") {
				b.WriteString(string(r))
			}
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

// Names end up in files that iptables-restore reads: each is refused with its
// place, or is in the rules exactly as it was given.
func TestNamesDoNotBreakOut(t *testing.T) {
	s := newRuleSite(t, "nft", "", 3)
	before := s.all()
	taken := map[string]string{}
	var all strings.Builder
	for place, p := range places {
		for name, text := range outbreaks {
			block := fmt.Sprintf(p.block, literal(text))
			s.configure(block)
			r := s.run("validate")
			switch r.code {
			case 0:
				id := "n" + strconv.Itoa(len(taken))
				taken[place+": "+name] = id
				if place != "neighbour" && place != "set" && place != "match" { // those need more than a form to be right
					all.WriteString(strings.Replace(block, `"x"`, strconv.Quote(id), 1))
				}
			case 1:
				if !strings.Contains(r.stderr, "main.ctplan.hcl line ") {
					t.Errorf("%s: %s is refused without its place: %s", place, name, r)
				}
			default:
				t.Errorf("%s: %s: %s", place, name, r)
			}
			if strings.ContainsAny(r.stdout+r.stderr, "\x1b\a\r\x00\x7f") {
				t.Errorf("%s: %s: a control character reaches the terminal: %q", place, name, r.stderr)
			}
		}
		for _, name := range neverTaken {
			// A rule carries a key only in a form that is made for it.
			if place != "key" && taken[place+": "+name] != "" {
				t.Errorf("%s: %s is taken", place, name)
			}
		}
	}
	for _, must := range []string{"comment: quote", "comment: backslash", "comment: commit", "prefix: escaped quote", "NFLOG: single quote"} {
		if taken[must] == "" {
			t.Errorf("%s is refused", must)
		}
	}
	s.configure(all.String())
	s.must(0, "apply", "-auto-approve")
	s.must(0, "plan", "-detailed-exitcode")
	listing := s.listing()
	for which, id := range taken {
		place, name, _ := strings.Cut(which, ": ")
		if p := places[place]; strings.Contains(all.String(), strconv.Quote(id)) && place != "source" && place != "destination" {
			text := outbreaks[name]
			switch place {
			case "interface": // listed as it is; "! x" is a negation
				text = strings.TrimPrefix(text, "! ")
			case "comment":
				text = ruleset.Quote(schema.RuleComment("log_rule."+id, text))
			case "key":
				text = ruleset.Quote(schema.RuleComment(fmt.Sprintf("log_rule.%s[%s]", id, literal(text)), ""))
			default:
				text = ruleset.Quote(text)
			}
			if want := fmt.Sprintf(p.listed, text) + " -"; !strings.Contains(listing, want) && !strings.Contains(listing, strings.TrimSuffix(want, " -")+"\n") {
				t.Errorf("%s is taken, and not listed as %s", which, want)
			}
		}
	}
	if diff := cmp.Diff(before["rules"], foreignOnly(listing)); diff != "" {
		t.Errorf("foreign rules are not as they were:\n%s", diff)
	}
	s.configure("")
	s.must(0, "destroy", "-auto-approve")
	s.unchanged(before, "after destroy")
	// What passes the form only is tried by the host's own iptables.
	for which := range taken {
		place, name, _ := strings.Cut(which, ": ")
		if place != "neighbour" && place != "set" && place != "match" {
			continue
		}
		s.configure(fmt.Sprintf(places[place].block, literal(outbreaks[name])))
		if r := s.run("apply", "-auto-approve"); r.code == 0 {
			s.must(0, "plan", "-detailed-exitcode")
			s.must(0, "destroy", "-auto-approve")
		} else if r.code != 1 {
			t.Errorf("%s: %s", which, r)
		}
		s.unchanged(before, which)
	}
	t.Logf("%d of %d names are taken", len(taken), len(places)*len(outbreaks))
}

// foreignOnly leaves out of a listing what is ctplan's.
func foreignOnly(listing string) string {
	var b strings.Builder
	for line := range strings.Lines(listing) {
		f := strings.Fields(line)
		switch {
		case strings.HasPrefix(line, ":CTPLAN-"):
		case len(f) > 2 && strings.HasPrefix(f[2], "CTPLAN-"):
		case len(f) > 3 && f[1] == "-A" && strings.HasPrefix(f[len(f)-1], "CTPLAN-"):
		default:
			b.WriteString(line)
		}
	}
	return b.String()
}
