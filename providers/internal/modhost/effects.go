package modhost

import (
	"context"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
)

// parameter is an option of a module as /sys shows it.
type parameter struct {
	name, initial string
	mode          fs.FileMode // 0 for one that it does not show
}

// parameters of modules. Source: kernel, module_param in the modules.
var parameters = map[string][]parameter{
	"nf_conntrack":     {{"hashsize", "4096", 0o600}, {"expect_hashsize", "64", 0o400}, {"acct", "N", 0o644}, {"tstamp", "N", 0o644}, {"enable_hooks", "N", 0}},
	"nf_conntrack_ftp": {{"ports", "21", 0o400}, {"loose", "N", 0o600}},
}

const (
	netfilter = "/proc/sys/net/netfilter/"
	maxAlias  = "/proc/sys/net/nf_conntrack_max"
	// bridgeCall comes with br_netfilter.
	bridgeCall = "/proc/sys/net/bridge/bridge-nf-call-iptables"
)

// loggers are the log backends by family, and the modules that bring them.
func (h *Host) loggers() map[int][]string {
	out := map[int][]string{}
	add := func(module string, names map[int]string) {
		if slices.Contains(h.loaded, module) {
			for family, name := range names {
				out[family] = append(out[family], name)
			}
		}
	}
	add("nf_log_syslog", map[int]string{2: "nf_log_ipv4", 3: "nf_log_arp", 5: "nf_log_netdev", 7: "nf_log_bridge", 10: "nf_log_ipv6"})
	add("nf_log_ipv4", map[int]string{2: "nf_log_ipv4"})
	add("nf_log_ipv6", map[int]string{10: "nf_log_ipv6"})
	add("nf_log_arp", map[int]string{3: "nf_log_arp"})
	add("nf_log_bridge", map[int]string{7: "nf_log_bridge"})
	add("nf_log_netdev", map[int]string{5: "nf_log_netdev"})
	if slices.Contains(h.loaded, "nfnetlink_log") {
		for family := range 11 {
			out[family] = append(out[family], "nfnetlink_log")
		}
	}
	return out
}

// bind updates the log backends: one that comes takes every free slot of its
// family, except nfnetlink_log; one that goes frees the slots that it has.
func (h *Host) bind() {
	var list strings.Builder
	loggers := h.loggers()
	for family := range 11 {
		slot := "net/netfilter/nf_log/" + strconv.Itoa(family)
		active := h.Sysctl(slot)
		if !slices.Contains(loggers[family], active) {
			active = "NONE"
		}
		for _, name := range loggers[family] {
			if active == "NONE" && name != "nfnetlink_log" {
				active = name
			}
		}
		h.SetControl("/proc/sys/"+slot, host.Control{Value: active, Accept: host.Logger(loggers[family]...)})
		list.WriteString(strconv.Itoa(family) + " " + active + " (" + strings.Join(loggers[family], ",") + ")\n")
	}
	h.SetControl("/proc/net/netfilter/nf_log", host.Control{Value: list.String(), Mode: 0o444})
}

// conntrack are some of the parameters that come with nf_conntrack.
var conntrack = map[string]string{
	"nf_conntrack_max": "262144", "nf_conntrack_buckets": "262144", "nf_conntrack_log_invalid": "0",
	"nf_conntrack_generic_timeout": "600", "nf_conntrack_tcp_timeout_established": "432000",
}

// appear adds what a module brings.
func (h *Host) appear(module string) {
	h.SetDir("/sys/module/" + module)
	for _, p := range parameters[module] {
		value := p.initial
		for _, o := range h.options[module] {
			if v, ok := strings.CutPrefix(o, p.name+"="); ok {
				value = v
			}
		}
		if p.initial == "N" && value == "1" {
			value = "Y"
		}
		if p.mode != 0 {
			h.SetControl("/sys/module/"+module+"/parameters/"+p.name, host.Control{Value: value + "\n", Mode: p.mode, Accept: line})
		}
	}
	if module == "nf_conntrack" {
		for key, value := range conntrack {
			h.SetControl(netfilter+key, host.Control{Value: value, Accept: host.Whole(0, 1<<31-1)})
		}
		h.SetControl(maxAlias, host.Control{Same: netfilter + "nf_conntrack_max"})
	}
	if module == "br_netfilter" {
		h.SetControl(bridgeCall, host.Control{Value: "1", Accept: host.Whole(0, 1)})
	}
	h.bind()
}

// line is what a file of /sys makes of a value: it shows it with a newline.
func line(_, written string) (string, error) { return written + "\n", nil }

// vanish takes away what a module brought.
func (h *Host) vanish(module string) {
	h.DeleteTree("/sys/module/" + module)
	if module == "br_netfilter" {
		h.DeleteTree("/proc/sys/net/bridge")
	}
	if module == "nf_conntrack" {
		h.Delete(maxAlias)
		entries, _ := h.ReadDir(context.Background(), strings.TrimSuffix(netfilter, "/"))
		for _, e := range entries {
			if strings.HasPrefix(e.Name, "nf_conntrack_") {
				h.Delete(netfilter + e.Name)
			}
		}
	}
	h.bind()
}

func (h *Host) modinfo(_ context.Context, c host.Command) (host.Result, error) {
	module := c.Argv[len(c.Argv)-1]
	if _, known := h.depends[module]; !known && !h.builtin[module] {
		return failure("modinfo: ERROR: Module %s not found.", module), nil
	}
	var out strings.Builder
	for _, p := range parameters[module] {
		out.WriteString(p.name + ":something (int)\n")
	}
	return host.Result{Stdout: []byte(out.String())}, nil
}
