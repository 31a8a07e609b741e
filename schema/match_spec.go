package schema

import (
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/schema/packet"
)

// MatchSpec collects the conditions of a notrack or log_rule block. The
// values have been through the tables' Convert, so that they parse; what a
// caller built by hand and does not parse is a Problem.
func MatchSpec(r *Resource) (packet.Spec, []Problem) {
	c := matchCollector{r: r}
	var s packet.Spec
	s.Protocol = oneCondition(&c, "protocol", packet.ParseProtocol)
	s.Sources = manyConditions(&c, "source", packet.ParseAddresses)
	s.Destinations = manyConditions(&c, "destination", packet.ParseAddresses)
	s.In = oneCondition(&c, "in_interface", packet.ParseInterface)
	s.Out = oneCondition(&c, "out_interface", packet.ParseInterface)
	s.Sport = listCondition(&c, "sport", packet.ParsePorts)
	s.Dport = listCondition(&c, "dport", packet.ParsePorts)
	s.ICMPText, _ = c.word("icmp_type")
	s.Flags = c.flags()
	s.State = listCondition(&c, "ctstate", vocabularyParser("connection state", packet.StateNames))
	s.Mark = oneCondition(&c, "mark", packet.ParseMark)
	s.MAC = oneCondition(&c, "mac_source", packet.ParseMAC)
	s.UID = oneCondition(&c, "uid_owner", packet.ParseOwner)
	s.GID = oneCondition(&c, "gid_owner", packet.ParseOwner)
	s.SrcType = listCondition(&c, "src_type", vocabularyParser("address type", packet.AddrTypeNames))
	s.DstType = listCondition(&c, "dst_type", vocabularyParser("address type", packet.AddrTypeNames))
	s.SrcRange = oneCondition(&c, "src_range", packet.ParseAddressRange)
	s.DstRange = oneCondition(&c, "dst_range", packet.ParseAddressRange)
	s.Length = oneCondition(&c, "length", packet.ParseLength)
	s.TTL = oneCondition(&c, "ttl", packet.ParseTTL)
	s.PacketType = listCondition(&c, "pkttype", vocabularyParser("packet type", packet.PacketTypeNames))
	s.Set = oneCondition(&c, "set", packet.ParseSet)
	s.Raw, _ = c.words("match")
	if len(s.Raw) > 0 {
		c.problem("match", packet.CheckRaw(s.Raw))
	}
	return s, c.problems
}

func vocabularyParser(what string, vocabulary []string) func([]string) (packet.Words, error) {
	return func(in []string) (packet.Words, error) {
		list, err := vocabularyTexts(what, vocabulary)(in)
		if err != nil {
			return packet.Words{}, err
		}
		return packet.ParseWords(what, vocabulary, list)
	}
}

// matchCollector reads attributes and keeps what is wrong with them.
type matchCollector struct {
	r        *Resource
	problems []Problem
}

func (c *matchCollector) problem(attribute string, err error) {
	if err != nil {
		c.problems = append(c.problems, Problem{Attribute: attribute, Summary: "Invalid " + attribute, Detail: asSentence(err.Error())})
	}
}

func (c *matchCollector) word(name string) (string, bool) {
	a, ok := c.r.Attrs[name]
	if !ok || a.Value.IsNull() || !a.Value.IsKnown() {
		return "", false
	}
	s, err := wordText(a.Value)
	c.problem(name, err)
	return s, err == nil
}

func (c *matchCollector) words(name string) ([]string, bool) {
	a, ok := c.r.Attrs[name]
	if !ok || a.Value.IsNull() || !a.Value.IsWhollyKnown() {
		return nil, false
	}
	list, err := wordTexts(a.Value)
	c.problem(name, err)
	return list, err == nil
}

func (c *matchCollector) flags() *packet.TCPFlags {
	if a, ok := c.r.Attrs["tcp_flags"]; ok && a.Value.IsWhollyKnown() && !a.Value.IsNull() {
		f, err := tcpFlagsOf(a.Value)
		c.problem("tcp_flags", err)
		return &f
	}
	if syn, ok := c.r.Attrs["syn"]; ok && syn.Value.IsKnown() && syn.Value.Type() == cty.Bool {
		return packet.Syn(syn.Value.True())
	}
	return nil
}

func oneCondition[T any](c *matchCollector, name string, parse func(string) (T, error)) *T {
	s, ok := c.word(name)
	if !ok {
		return nil
	}
	v, err := parse(s)
	c.problem(name, err)
	return &v
}

func listCondition[T any](c *matchCollector, name string, parse func([]string) (T, error)) *T {
	in, ok := c.words(name)
	if !ok {
		return nil
	}
	v, err := parse(in)
	c.problem(name, err)
	return &v
}

func manyConditions[T any](c *matchCollector, name string, parse func([]string) ([]T, error)) []T {
	in, ok := c.words(name)
	if !ok {
		return nil
	}
	v, err := parse(in)
	c.problem(name, err)
	return v
}
