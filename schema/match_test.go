package schema

import (
	"strings"
	"testing"

	"github.com/zclconf/go-cty/cty"
)

// block builds a resource from attribute values as a user writes them,
// through the table's Convert.
func matchBlock(t *testing.T, bt *BlockType, values map[string]cty.Value) (*Resource, error) {
	t.Helper()
	r := &Resource{Address: bt.Name + ".x", Type: bt.Name, Name: "x", Attrs: map[string]Attr{}}
	for name, v := range values {
		if block := bt.Block(name); block != nil {
			r.Attrs[name] = Attr{Value: v}
			continue
		}
		a := bt.Attribute(name)
		if a == nil {
			t.Fatalf("%s has no attribute %s", bt.Name, name)
		}
		if a.Convert != nil {
			var err error
			if v, err = a.Convert(v); err != nil {
				return nil, err
			}
		}
		r.Attrs[name] = Attr{Value: v}
	}
	return r, nil
}

func texts(list ...string) cty.Value {
	out := make([]cty.Value, len(list))
	for i, s := range list {
		out[i] = cty.StringVal(s)
	}
	return cty.ListVal(out)
}

func TestRuleBlocksAreChecked(t *testing.T) {
	str, num := cty.StringVal, cty.NumberIntVal
	type values = map[string]cty.Value
	server := func(more values) values {
		more["role"] = str("server")
		return more
	}
	input := func(more values) values {
		if _, ok := more["chains"]; !ok {
			more["chains"] = texts("INPUT")
		}
		return more
	}
	for name, c := range map[string]struct {
		table  *BlockType
		values values
		says   string // "" = no problem
	}{
		"a port with its protocol":         {&notrackTable, server(values{"protocol": str("udp"), "dport": num(53)}), ""},
		"a port without protocol":          {&notrackTable, server(values{"dport": num(53)}), "Ports need a protocol"},
		"a port with a negated protocol":   {&notrackTable, server(values{"protocol": str("!udp"), "dport": num(53)}), "Ports need a protocol"},
		"a port of gre":                    {&notrackTable, server(values{"protocol": str("gre"), "dport": num(53)}), "Ports need a protocol"},
		"neither role nor chains":          {&notrackTable, values{"protocol": str("udp")}, "Neither role nor chains"},
		"role and chains":                  {&notrackTable, server(values{"chains": texts("OUTPUT")}), "Both role and chains"},
		"a chain that raw lacks":           {&notrackTable, values{"chains": texts("INPUT")}, "Unknown chain"},
		"flags in both directions":         {&notrackTable, server(values{"protocol": str("tcp"), "syn": cty.True}), "syn describes one direction"},
		"owner where packets come in":      {&notrackTable, values{"chains": texts("PREROUTING"), "uid_owner": num(0)}, "uid_owner cannot be used in PREROUTING"},
		"flags without tcp":                {&logRuleTable, input(values{"syn": cty.True}), "TCP flags need TCP"},
		"flags and syn":                    {&logRuleTable, input(values{"protocol": str("tcp"), "syn": cty.True, "tcp_flags": cty.ObjectVal(values{"mask": texts("RST"), "set": texts("RST")})}), "Two conditions"},
		"icmp type without icmp":           {&logRuleTable, input(values{"icmp_type": num(8)}), "ICMP types need ICMP"},
		"icmp type of the other family":    {&logRuleTable, input(values{"protocol": str("icmpv6"), "icmp_type": str("host-unreachable")}), "not an ICMPv6 message"},
		"icmp type of its family":          {&logRuleTable, input(values{"protocol": str("icmp"), "icmp_type": str("host-unreachable")}), ""},
		"icmp in ipv6":                     {&logRuleTable, input(values{"protocol": str("icmp"), "families": texts("ipv6")}), "No packet can match"},
		"an ipv4 address in ipv6":          {&logRuleTable, input(values{"source": str("10.0.0.1"), "families": texts("ipv6")}), "No packet can match"},
		"addresses that never meet":        {&logRuleTable, input(values{"source": str("10.0.0.1"), "destination": str("::1")}), "No packet can match"},
		"an ipv4 address, no families":     {&logRuleTable, input(values{"source": str("10.0.0.1")}), ""},
		"both families of addresses":       {&logRuleTable, input(values{"source": texts("10.0.0.1", "::1")}), ""},
		"an address beside families":       {&logRuleTable, input(values{"source": texts("10.0.0.1", "::1"), "families": texts("ipv4")}), "families lists only ipv4"},
		"an interface where there is none": {&logRuleTable, input(values{"chains": texts("INPUT", "OUTPUT"), "in_interface": str("eth0")}), "in_interface cannot be used in OUTPUT"},
		"a prefix of 29 bytes":             {&logRuleTable, input(values{"prefix": str(strings.Repeat("x", 29))}), ""},
		"a prefix of 30 bytes":             {&logRuleTable, input(values{"prefix": str(strings.Repeat("x", 30))}), "The prefix has 30 bytes, and LOG keeps 29"},
		"a prefix of 15 umlauts":           {&logRuleTable, input(values{"prefix": str(strings.Repeat("ü", 15))}), "The prefix has 30 bytes"},
		"an NFLOG prefix of 63 bytes":      {&logRuleTable, input(values{"target": str("NFLOG"), "prefix": str(strings.Repeat("x", 63))}), ""},
		"an NFLOG prefix of 64 bytes":      {&logRuleTable, input(values{"target": str("NFLOG"), "prefix": str(strings.Repeat("x", 64))}), "has 64 bytes"},
		"a prefix with a newline":          {&logRuleTable, input(values{"prefix": str("x\nCOMMIT")}), "control character"},
		"a level for NFLOG":                {&logRuleTable, input(values{"target": str("NFLOG"), "level": str("debug")}), "level is an option of LOG"},
		"a group for LOG":                  {&logRuleTable, input(values{"group": num(1)}), "group is an option of NFLOG"},
		"a comment that fits":              {&logRuleTable, input(values{"comment": str(strings.Repeat("x", 255-len("ctplan:log_rule.x ")))}), ""},
		"a comment that is too long":       {&logRuleTable, input(values{"comment": str(strings.Repeat("x", 256-len("ctplan:log_rule.x ")))}), "Comment too long"},
		"a fraction of a port":             {&logRuleTable, input(values{"protocol": str("tcp"), "dport": cty.NumberFloatVal(1.5)}), "not a whole number"},
		"a position nobody knows":          {&logRuleTable, input(values{"position": str("middle")}), "not a position"},
		"a position before two":            {&logRuleTable, input(values{"position": cty.ObjectVal(values{"before": str("X"), "after": str("Y")})}), "names one neighbour"},
		"a position before a jump":         {&logRuleTable, input(values{"position": cty.ObjectVal(values{"before": str("DOCKER-USER")})}), ""},
		"a raw match with a jump":          {&logRuleTable, input(values{"match": texts("-m", "u32", "--u32", "0=0", "-j", "ACCEPT")}), "not an option of a match"},
		"no chain":                         {&logRuleTable, values{"chains": cty.ListValEmpty(cty.String)}, "No chain is listed"},
		"a mask longer than an address": {&logRuleTable, input(values{"hashlimit": cty.ObjectVal(values{"rate": str("1/second"), "srcmask": num(64)})}),
			"ipv4 addresses have 32 bits"},
	} {
		t.Run(name, func(t *testing.T) {
			said := ""
			r, err := matchBlock(t, c.table, c.values)
			if err != nil {
				said = err.Error()
			} else {
				for _, p := range c.table.Check(r) {
					said += p.Summary + ": " + p.Detail + "\n"
				}
			}
			if c.says == "" && said != "" || !strings.Contains(said, c.says) {
				t.Errorf("said %q, want %q", said, c.says)
			}
		})
	}
}

func TestNormalisingTwiceChangesNothing(t *testing.T) {
	for _, values := range []map[string]cty.Value{
		{"protocol": cty.StringVal("TCP"), "sport": cty.StringVal("!3406"), "ctstate": cty.StringVal("!NEW,RELATED"), "mark": cty.NumberIntVal(7)},
		{"dport": texts("443", "80:90"), "tcp_flags": cty.ObjectVal(map[string]cty.Value{"mask": texts("RST", "syn"), "set": texts("rst"), "negate": cty.True})},
		{"source": texts("!10.1.2.3/8"), "pkttype": cty.StringVal("!host"), "icmp_type": cty.StringVal("!Ping"), "families": texts("ipv6", "ipv4")},
		{"position": cty.ObjectVal(map[string]cty.Value{"after": cty.StringVal("X")}), "match": texts("-m", "u32", "--u32", "0=0")},
	} {
		once, err := matchBlock(t, &logRuleTable, values)
		if err != nil {
			t.Fatal(err)
		}
		again := map[string]cty.Value{}
		for name, a := range once.Attrs {
			again[name] = a.Value
		}
		twice, err := matchBlock(t, &logRuleTable, again)
		if err != nil {
			t.Fatal(err)
		}
		for name, a := range twice.Attrs {
			if !a.Value.RawEquals(once.Attrs[name].Value) {
				t.Errorf("%s: %#v, then %#v", name, once.Attrs[name].Value, a.Value)
			}
		}
	}
}

func TestRuleTagsAreDistinctAndShort(t *testing.T) {
	seen := map[string]string{}
	for _, address := range []string{
		"notrack.dns", `notrack.dns["udp"]`, `notrack.dns["a b"]`, "notrack.x[\"\n\"]", "notrack.x[\"\t\"]",
		"notrack." + strings.Repeat("x", 300), "notrack." + strings.Repeat("x", 301), "notrack." + strings.Repeat("ü", 300),
	} {
		tag := RuleTag(address)
		if other, taken := seen[tag]; taken {
			t.Errorf("%q and %q have the same tag", address, other)
		}
		seen[tag] = address
		if len(tag) > maxTag || strings.ContainsAny(tag, "\n\t") {
			t.Errorf("%q: bad tag %q", address, tag)
		}
		if !TaggedFor(address, RuleComment(address, "own words")) || TaggedFor(address, tag+"x") {
			t.Errorf("%q does not know its own comment", address)
		}
	}
}
