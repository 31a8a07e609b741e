package xtables

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner/ruleset"
	"github.com/ctplan/ctplan/schema/packet"
)

// Text is a rule in the language of iptables, without "-A CHAIN".
type Text struct {
	// Body is what iptables-restore reads and, where Exact, what
	// iptables-save prints for it.
	Body string
	// Exact is false where only the host can say how it will print the rule:
	// names that it looks up, and matches given as raw arguments.
	Exact bool
}

// Render writes the rule in the form in which iptables 1.8 lists it. Both
// backends print these forms alike.
func (r Rule) Render(v Version) Text {
	w := &writer{family: r.Family, version: v, exact: true}
	w.ends(r.Match)
	w.protocol(r.Match)
	w.conditions(r.Match)
	w.text("-m comment --comment", r.Comment)
	for _, arg := range r.Match.Raw {
		w.exact = false
		if arg != "!" {
			arg = ruleset.Quote(arg)
		}
		w.add(arg)
	}
	if r.Limit != nil {
		w.limit(*r.Limit)
	}
	if r.Hashlimit != nil {
		w.hashlimit(*r.Hashlimit)
	}
	w.action(r.Action)
	return Text{strings.Join(w.words, " "), w.exact}
}

// writer collects the words of a rule.
type writer struct {
	family  packet.Family
	version Version
	words   []string
	exact   bool
}

func (w *writer) add(words ...string) { w.words = append(w.words, words...) }

// option writes an option with its value, negated or not.
func (w *writer) option(not bool, words ...string) {
	if not {
		w.add("!")
	}
	w.add(words...)
}

// text writes an option with free text, unless that is empty.
func (w *writer) text(option, s string) {
	if s != "" {
		w.add(option, ruleset.Quote(s))
	}
}

func (w *writer) ends(m packet.Match) {
	if m.Source != nil {
		w.option(m.Source.Not, "-s", prefixText(m.Source.Prefix))
	}
	if m.Destination != nil {
		w.option(m.Destination.Not, "-d", prefixText(m.Destination.Prefix))
	}
	if m.In != nil {
		w.option(m.In.Not, "-i", m.In.Name)
	}
	if m.Out != nil {
		w.option(m.Out.Not, "-o", m.Out.Name)
	}
}

// prefixText writes a prefix as the C library prints it, which differs from
// Go in one case: addresses in ::/96 end in dotted decimals.
func prefixText(p netip.Prefix) string {
	return addrText(p.Addr()) + "/" + strconv.Itoa(p.Bits())
}

func addrText(a netip.Addr) string {
	if b := a.As16(); a.Is6() && !a.Is4In6() && allZero(b[:12]) && !allZero(b[12:14]) {
		return "::" + netip.AddrFrom4([4]byte(b[12:])).String()
	}
	return a.String()
}

func allZero(b []byte) bool { return !slices.ContainsFunc(b, func(x byte) bool { return x != 0 }) }

// protocol writes the protocol and what is looked at in its header.
func (w *writer) protocol(m packet.Match) {
	p := m.Protocol
	if p == nil {
		return
	}
	w.option(p.Not, "-p", w.protocolName(*p))
	module := p.Name()
	if p.Number == packet.ICMPv6 {
		module = "icmp6"
	}
	var lists []func()
	loaded := false
	port := func(ports *packet.Ports, single, list string) {
		switch {
		case ports == nil:
		case len(ports.Ranges) > 1 || p.Number == packet.UDPLite: // there is no match named udplite
			lists = append(lists, func() {
				w.add("-m", "multiport")
				w.option(ports.Not, list, ports.String())
			})
		default:
			if !loaded {
				w.add("-m", module)
				loaded = true
			}
			ranges, not := positive(ports.Ranges[0], ports.Not)
			w.option(not, single, ranges.String())
		}
	}
	port(m.Sport, "--sport", "--sports")
	port(m.Dport, "--dport", "--dports")
	if f := m.Flags; f != nil {
		if !loaded {
			w.add("-m", "tcp")
		}
		set := strings.Join(f.Set, ",")
		if set == "" {
			set = "NONE"
		}
		w.option(f.Not, "--tcp-flags", strings.Join(f.Mask, ","), set)
	}
	for _, list := range lists {
		list()
	}
	if t := m.ICMP; t != nil {
		w.add("-m", module)
		option := "--icmp-type"
		if p.Number == packet.ICMPv6 {
			option = "--icmpv6-type"
		}
		w.option(t.Not, option, t.Number())
	}
}

// positive turns "not from the start to N" into "from N+1 to the end", and the
// other way round: nf_tables does so, and to ip_tables it is all the same.
func positive(r packet.PortRange, not bool) (packet.PortRange, bool) {
	switch {
	case not && r.Lo == 0 && r.Hi > 0:
		return packet.PortRange{Lo: r.Hi + 1, Hi: 65535}, false
	case not && r.Hi == 65535 && r.Lo < 65535:
		return packet.PortRange{Lo: 0, Hi: r.Lo - 1}, false
	}
	return r, not
}

// protocolName is the protocol as rules list it: up to 1.8.9 by the host's
// /etc/protocols, later by number except for those that iptables knows itself.
func (w *writer) protocolName(p packet.Protocol) string {
	switch p.Number {
	case packet.TCP, packet.UDP, packet.ICMP, packet.ICMPv6, packet.ESP, packet.AH, packet.SCTP, packet.UDPLite, 253, 254:
	case packet.DCCP:
		w.exact = w.exact && w.version.Before(1, 8, 10)
	default:
		w.exact = false
	}
	return p.Name()
}

func (w *writer) conditions(m packet.Match) {
	if m.State != nil {
		w.add("-m", "conntrack")
		w.option(m.State.Not, "--ctstate", m.State.String())
	}
	if m.Mark != nil {
		w.add("-m", "mark")
		w.option(m.Mark.Not, "--mark", m.Mark.Hex())
	}
	if m.MAC != nil {
		w.add("-m", "mac")
		w.option(m.MAC.Not, "--mac-source", m.MAC.Addr)
	}
	w.pair("owner", "--uid-owner", "--gid-owner", m.UID, m.GID)
	w.types(m.SrcType, m.DstType)
	w.ranges(m.SrcRange, m.DstRange)
	if m.Length != nil {
		w.add("-m", "length")
		w.option(m.Length.Not, "--length", m.Length.Range())
	}
	if m.TTL != nil {
		module := "ttl"
		if w.family == packet.IPv6 {
			module = "hl"
		}
		w.add("-m", module)
		w.option(m.TTL.Not, "--"+module+"-"+m.TTL.Op, strconv.Itoa(int(m.TTL.Value)))
	}
	if m.PacketType != nil {
		w.add("-m", "pkttype")
		w.option(m.PacketType.Not, "--pkt-type", m.PacketType.String())
	}
	if m.Set != nil {
		w.add("-m", "set")
		w.option(m.Set.Not, "--match-set", m.Set.Name, strings.Join(m.Set.Directions, ","))
	}
}

// pair writes the conditions on a socket's owner.
func (w *writer) pair(module, first, second string, a, b *packet.Owner) {
	if a == nil && b == nil {
		return
	}
	w.add("-m", module)
	for _, o := range []struct {
		owner  *packet.Owner
		option string
	}{{a, first}, {b, second}} {
		if o.owner != nil {
			w.exact = w.exact && o.owner.Name == ""
			w.option(o.owner.Not, o.option, o.owner.IDs())
		}
	}
}

func (w *writer) types(src, dst *packet.Words) {
	if src == nil && dst == nil {
		return
	}
	w.add("-m", "addrtype")
	if src != nil {
		w.option(src.Not, "--src-type", src.String())
	}
	if dst != nil {
		w.option(dst.Not, "--dst-type", dst.String())
	}
}

func (w *writer) ranges(src, dst *packet.AddressRange) {
	if src == nil && dst == nil {
		return
	}
	w.add("-m", "iprange")
	if src != nil {
		w.option(src.Not, "--src-range", addrText(src.From)+"-"+addrText(src.To))
	}
	if dst != nil {
		w.option(dst.Not, "--dst-range", addrText(dst.From)+"-"+addrText(dst.To))
	}
}

// rateText is a rate as rules list it.
func rateText(r packet.Rate, scale uint64) string {
	rounded, ok := r.Rounded(scale)
	if !ok {
		rounded = r
	}
	unit := map[uint64]string{1: "sec", 60: "min", 3600: "hour", 86400: "day"}[rounded.Seconds]
	return fmt.Sprintf("%d/%s", rounded.Count, unit)
}

// defaultBurst is not listed by limit, and always listed by hashlimit.
const defaultBurst = 5

func (w *writer) limit(l Limit) {
	w.add("-m", "limit", "--limit", rateText(l.Rate, packet.LimitScale))
	if l.Burst != defaultBurst {
		w.add("--limit-burst", strconv.FormatInt(l.Burst, 10))
	}
}

func (w *writer) hashlimit(h Hashlimit) {
	number := func(option string, n, unlisted int64) {
		if n != 0 && n != unlisted {
			w.add(option, strconv.FormatInt(n, 10))
		}
	}
	mask := func(option string, n *int64) {
		if n != nil && *n != int64(w.family.Bits()) {
			w.add(option, strconv.FormatInt(*n, 10))
		}
	}
	rate := "--hashlimit-upto"
	if h.Above {
		rate = "--hashlimit-above"
	}
	w.add("-m", "hashlimit", rate, rateText(h.Rate, packet.HashlimitScale), "--hashlimit-burst", strconv.FormatInt(h.Burst, 10))
	if len(h.Mode) > 0 {
		w.add("--hashlimit-mode", strings.Join(h.Mode, ","))
	}
	w.add("--hashlimit-name", h.Name)
	number("--hashlimit-htable-size", h.Size, 0)
	number("--hashlimit-htable-max", h.Max, 0)
	number("--hashlimit-htable-gcinterval", h.GCInterval, 1000)
	// The time to expiry follows the unit of the rate as it was written, and
	// is listed unless it is that of the unit in which the rate is listed.
	expire, unlisted := h.Expire, int64(1000*h.Rate.Seconds)
	if expire == 0 {
		expire = unlisted
	}
	if rounded, ok := h.Rate.Rounded(packet.HashlimitScale); ok {
		unlisted = int64(1000 * rounded.Seconds)
	}
	number("--hashlimit-htable-expire", expire, unlisted)
	mask("--hashlimit-srcmask", h.SrcMask)
	mask("--hashlimit-dstmask", h.DstMask)
}

// defaultLevel is warning, which is not listed.
const defaultLevel = 4

func (w *writer) action(a Action) {
	switch {
	case a.Notrack:
		w.add("-j", "NOTRACK")
	case a.Log != nil:
		w.add("-j", "LOG")
		w.text("--log-prefix", a.Log.Prefix)
		if a.Log.Level != defaultLevel {
			w.add("--log-level", strconv.Itoa(a.Log.Level))
		}
		for _, flag := range []struct {
			set    bool
			option string
		}{
			{a.Log.TCPSequence, "--log-tcp-sequence"}, {a.Log.TCPOptions, "--log-tcp-options"},
			{a.Log.IPOptions, "--log-ip-options"}, {a.Log.UID, "--log-uid"}, {a.Log.MACDecode, "--log-macdecode"},
		} {
			if flag.set {
				w.add(flag.option)
			}
		}
	case a.NFLog != nil:
		w.add("-j", "NFLOG")
		w.text("--nflog-prefix", a.NFLog.Prefix)
		if a.NFLog.Group != 0 {
			w.add("--nflog-group", strconv.Itoa(a.NFLog.Group))
		}
		if a.NFLog.Size != nil {
			w.add("--nflog-size", strconv.FormatInt(*a.NFLog.Size, 10))
		}
		if a.NFLog.Threshold != 0 {
			w.add("--nflog-threshold", strconv.Itoa(a.NFLog.Threshold))
		}
	}
}
