package nflog

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/kmod"
	"github.com/ctplan/ctplan/schema"
)

// loggersFile lists, for each family, the logger that is bound and those
// that could be.
const loggersFile = "/proc/net/netfilter/nf_log"

// none is the kernel's word for no logger.
const none = "NONE"

// families are the numbers of the families. Source: kernel,
// include/uapi/linux/netfilter.h (NFPROTO_*).
var families = map[string]int{"ipv4": 2, "arp": 3, "netdev": 5, "bridge": 7, "ipv6": 10}

// slot is the kernel parameter that binds a logger to a family, by its path
// under /proc/sys.
func slot(family string) string {
	return "net/netfilter/nf_log/" + strconv.Itoa(families[family])
}

// ParseLoggers reads the loggers that are there, by the number of the family:
// " 2 nf_log_ipv4 (nf_log_ipv4,nfnetlink_log)". Source: kernel, seq_show in
// net/netfilter/nf_log.c.
func ParseLoggers(data string) (map[int][]string, error) {
	out := map[int][]string{}
	for line := range strings.Lines(data) {
		number, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		family, err := strconv.Atoi(number)
		_, list, open := strings.Cut(rest, "(")
		list, closed := strings.CutSuffix(list, ")")
		if err != nil || family < 0 || !open || !closed {
			return nil, fmt.Errorf("%q is not a line of loggers", line)
		}
		out[family] = strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
	}
	return out, nil
}

// readLoggers is ParseLoggers of the host; nothing where the kernel does not tell.
func readLoggers(ctx context.Context, h host.Host) (map[int][]string, error) {
	f, err := h.ReadFile(ctx, loggersFile)
	if err != nil {
		return nil, ctx.Err()
	}
	return ParseLoggers(string(f.Data))
}

// oldLoggers are the syslog loggers of Linux up to 3.16.
var oldLoggers = map[string]string{"ipv4": "ipt_LOG", "ipv6": "ip6t_LOG", "bridge": "ebt_log"}

// resolve gives the name that this kernel has for a logger, and the module
// that brings it; the module is empty for none.
func resolve(inv *kmod.Inventory, there []string, family, logger string) (name, module string) {
	switch {
	case logger == schema.LoggerNone:
		return none, ""
	case !schema.IsSyslogLogger(logger):
		return logger, inv.Resolve(logger)
	}
	module = inv.SyslogModule(family)
	if old := oldLoggers[family]; old != "" && (module == "xt_LOG" || module == old || slices.Contains(there, old)) {
		return old, module
	}
	return "nf_log_" + family, module
}
