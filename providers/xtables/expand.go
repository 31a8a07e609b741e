package xtables

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema"
	"github.com/ctplan/ctplan/schema/packet"
)

// Expand makes the rules of a notrack or log_rule block, in the order in
// which they are to stand: by family, chain, and the order of the lists. The
// error is a conflict that the table's own Check reports with its place.
func Expand(r *schema.Resource) ([]Rule, error) {
	spec, problems := schema.MatchSpec(r)
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: %s", problems[0].Attribute, problems[0].Detail)
	}
	declared, _ := schema.DeclaredFamilies(r)
	families, err := spec.Families(declared)
	if err != nil {
		return nil, err
	}
	comment, _ := r.String("comment")
	word, neighbour := schema.Position(r)
	base := Rule{
		At:      ruleset.Position{Word: word, Neighbour: neighbour},
		Comment: schema.RuleComment(r.Address, comment),
	}
	var hooks []hook
	switch r.Type {
	case "notrack":
		base.Table = "raw"
		base.Action.Notrack = true
		hooks = notrackHooks(r)
	case "log_rule":
		logAction(r, &base)
		chains, _ := r.Strings("chains")
		for _, c := range chains {
			hooks = append(hooks, hook{c, false})
		}
	default:
		return nil, fmt.Errorf("%s is not a block that makes rules", r.Type)
	}
	var out []Rule
	for _, f := range families {
		matches, err := spec.Expand(f)
		if err != nil {
			return nil, err
		}
		out = slices.Grow(out, len(hooks)*len(matches))
		for _, h := range hooks {
			for _, m := range matches {
				rule := base
				rule.Family, rule.Hook, rule.Match = f, h.name, h.match(m, r.Type == "notrack")
				out = append(out, rule)
			}
		}
	}
	return out, nil
}

// hook is a built-in chain, and whether the packets that pass it answer
// those that the block describes.
type hook struct {
	name     string
	mirrored bool
}

// match is what the block's conditions are in this hook. The interface of a
// notrack block with a role is the one that the traffic uses in either
// direction: a packet has an incoming one in PREROUTING only, and an
// outgoing one in OUTPUT only.
func (h hook) match(m packet.Match, turnInterface bool) packet.Match {
	if h.mirrored {
		m = m.Mirror()
	}
	if turnInterface {
		in, out := m.In, m.Out
		if in == nil {
			in = m.Out
		}
		if out == nil {
			out = m.In
		}
		if h.name == "PREROUTING" {
			m.In, m.Out = in, nil
		} else {
			m.In, m.Out = nil, out
		}
	}
	return m
}

func notrackHooks(r *schema.Resource) []hook {
	server := []hook{{"PREROUTING", false}, {"OUTPUT", true}}
	client := []hook{{"PREROUTING", true}, {"OUTPUT", false}}
	switch role, _ := r.String("role"); role {
	case "server":
		return server
	case "client":
		return client
	case "both":
		return slices.Concat(server, client)
	}
	var out []hook
	chains, _ := r.Strings("chains")
	for _, c := range chains {
		out = append(out, hook{c, false})
	}
	return out
}

func logAction(r *schema.Resource, rule *Rule) {
	rule.Table = "filter"
	if table, ok := r.String("table"); ok {
		rule.Table = table
	}
	prefix, _ := r.String("prefix")
	number := func(name string) int64 { n, _ := r.Int(name); return n }
	flag := func(name string) bool { b, _ := r.Bool(name); return b }
	if target, _ := r.String("target"); target == "NFLOG" {
		action := &NFLog{Prefix: prefix, Group: int(number("group")), Threshold: int(number("threshold"))}
		if size, ok := r.Int("size"); ok {
			action.Size = &size
		}
		rule.Action.NFLog = action
	} else {
		rule.Action.Log = &Log{
			Prefix: prefix, Level: level(r), TCPSequence: flag("tcp_sequence"), TCPOptions: flag("tcp_options"),
			IPOptions: flag("ip_options"), UID: flag("uid"), MACDecode: flag("macdecode"),
		}
	}
	if b, ok := nested(r, "limit"); ok {
		rule.Limit = &Limit{Rate: b.rate(), Burst: b.number("burst", defaultBurst)}
	}
	if b, ok := nested(r, "hashlimit"); ok {
		rule.Hashlimit = b.hashlimit(r.Address)
	}
}

// level is the kernel's number of the level attribute.
func level(r *schema.Resource) int {
	word, ok := r.String("level")
	if !ok {
		return defaultLevel
	}
	for _, e := range schema.LogLevels {
		if e.Word == word || e.Kernel == word {
			return int(e.Kernel[0] - '0')
		}
	}
	return defaultLevel
}

// block is a nested block's object.
type block map[string]cty.Value

func nested(r *schema.Resource, name string) (block, bool) {
	a, ok := r.Attrs[name]
	if !ok || a.Value.IsNull() {
		return nil, false
	}
	return a.Value.AsValueMap(), true
}

func (b block) set(name string) bool {
	v, ok := b[name]
	return ok && !v.IsNull()
}

func (b block) number(name string, otherwise int64) int64 {
	if !b.set(name) {
		return otherwise
	}
	n, _ := b[name].AsBigFloat().Int64()
	return n
}

func (b block) pointer(name string) *int64 {
	if !b.set(name) {
		return nil
	}
	n := b.number(name, 0)
	return &n
}

// rate is the block's rate, which the table has checked.
func (b block) rate() packet.Rate {
	if !b.set("rate") {
		return packet.Rate{Count: 1, Seconds: 1}
	}
	r, err := packet.ParseRate(b["rate"].AsString())
	if err != nil {
		return packet.Rate{Count: 1, Seconds: 1}
	}
	return r
}

func (b block) hashlimit(address string) *Hashlimit {
	h := &Hashlimit{
		Rate: b.rate(), Burst: b.number("burst", defaultBurst), SrcMask: b.pointer("srcmask"), DstMask: b.pointer("dstmask"),
		Size: b.number("htable_size", 0), Max: b.number("htable_max", 0),
		Expire: b.number("htable_expire", 0), GCInterval: b.number("htable_gcinterval", 0),
	}
	h.Above = b.set("above") && b["above"].True()
	if b.set("mode") {
		var mode []string
		for it := b["mode"].ElementIterator(); it.Next(); {
			_, v := it.Element()
			mode = append(mode, v.AsString())
		}
		for _, m := range schema.HashlimitModes {
			if slices.Contains(mode, m) {
				h.Mode = append(h.Mode, m)
			}
		}
	}
	if b.set("name") {
		h.Name = b["name"].AsString()
	} else {
		sum := sha256.Sum256([]byte(address))
		h.Name = "ctplan-" + hex.EncodeToString(sum[:4])
	}
	return h
}
