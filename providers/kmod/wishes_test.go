package kmod

import (
	"context"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/zclconf/go-cty/cty"

	"github.com/ctplan/ctplan/providers/internal/modhost"
	"github.com/ctplan/ctplan/schema"
)

// block is a resource with attributes, as evaluation leaves it.
func block(address, typ string, attrs map[string]cty.Value) *schema.Resource {
	r := &schema.Resource{Address: address, Type: typ, Attrs: map[string]schema.Attr{}}
	for name, v := range attrs {
		r.Attrs[name] = schema.Attr{Value: v}
	}
	return r
}

func TestWhoNeedsAModule(t *testing.T) {
	h := modhost.New("6.1")
	facts, _ := h.Facts(context.Background())
	inv, err := ReadInventory(context.Background(), h, facts)
	if err != nil {
		t.Fatal(err)
	}
	w := inv.ReadWishes([]*schema.Resource{
		block("conntrack.c", "conntrack", nil),
		block("notrack.n", "notrack", map[string]cty.Value{"mark": cty.StringVal("1")}),
		block("log_rule.l", "log_rule", map[string]cty.Value{"ctstate": cty.StringVal("NEW")}),
		block("log_rule.nf", "log_rule", map[string]cty.Value{"target": cty.StringVal("NFLOG")}),
		block("log_backend.b", "log_backend", map[string]cty.Value{"family": cty.StringVal("ipv4"), "logger": cty.StringVal("nf_log_ipv4")}),
		block("log_backend.none", "log_backend", map[string]cty.Value{"logger": cty.StringVal("none")}),
		block("sysctl.s", "sysctl", map[string]cty.Value{"key": cty.StringVal("net.netfilter.nf_conntrack_frag6_timeout")}),
		block("sysctl.other", "sysctl", map[string]cty.Value{"key": cty.StringVal("net.core.somaxconn")}),
		block("kernel_module.m", "kernel_module", map[string]cty.Value{"module": cty.StringVal("ip_conntrack_ftp")}),
	})
	tests := map[string][]string{
		"nf_conntrack": {
			"conntrack.c for its parameters",
			"kernel_module.m to be loaded (nf_conntrack_ftp needs nf_conntrack)",
			"log_rule.l for ctstate",
			"notrack.n for the target CT, which is a part of connection tracking",
		},
		"nf_conntrack_ftp": {"kernel_module.m to be loaded"},
		"xt_CT":            {"notrack.n for the target CT (alias)"},
		"xt_mark":          {"notrack.n for mark (alias)"},
		"xt_conntrack":     {"log_rule.l for ctstate (alias)"},
		"xt_LOG":           {"log_rule.l for the target LOG (alias)"},
		"nf_log_syslog":    {"log_backend.b as the logger", "log_rule.l for the target LOG"},
		"nfnetlink_log":    {"log_rule.nf for the target NFLOG"},
		"nf_defrag_ipv6": {
			"conntrack.c for its parameters (nf_conntrack needs nf_defrag_ipv6)",
			"kernel_module.m to be loaded (nf_conntrack_ftp needs nf_defrag_ipv6)",
			"log_rule.l for ctstate (nf_conntrack needs nf_defrag_ipv6)",
			"notrack.n for the target CT, which is a part of connection tracking (nf_conntrack needs nf_defrag_ipv6)",
			"sysctl.s for the parameter net.netfilter.nf_conntrack_frag6_timeout",
		},
		"nf_nat": nil,
	}
	for module, want := range tests {
		var got []string
		for _, wish := range w.wanted(inv, module) {
			text := fmt.Sprintf("%s %s", wish.Address, wish.Why)
			if wish.ByAlias {
				text += " (alias)"
			}
			got = append(got, text)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", module, diff)
		}
	}
}
