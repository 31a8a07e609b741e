package schema

import (
	"fmt"
	"strings"
)

// LoggerNone is the logger attribute's word for no backend at all.
const LoggerNone = "none"

// logBackendTable is the table of log_backend blocks.
var logBackendTable = BlockType{
	Name:    "log_backend",
	Summary: "Where the kernel's own packet messages of a protocol family go.",
	Description: "The backend of a family prints what connection tracking says about invalid packets (`log_invalid` of a conntrack block) and what the TRACE target of iptables-legacy traces. " +
		"Without one, both print nothing and report no error. " +
		"It does not steer LOG and NFLOG rules, which carry their own logger, and each network namespace has its own.\n\n" +
		"The module that brings the logger is loaded if need be. The names differ between kernels and are understood on all of them: the syslog loggers are called ipt_LOG and ip6t_LOG up to Linux 3.16, " +
		"nf_log_ipv4 and so on from 3.17, and live in the module nf_log_syslog from 5.13. nfnetlink_log hands the messages to a program such as ulogd; while none listens, they are lost.",
	Attributes: []Attribute{
		{Name: "family", Type: TypeEnum, Description: "The protocol family.", Enum: []EnumValue{
			{Word: "ipv4", Kernel: "2"}, {Word: "ipv6", Kernel: "10"}, {Word: "arp", Kernel: "3"}, {Word: "bridge", Kernel: "7"}, {Word: "netdev", Kernel: "5"}}},
		{Name: "logger", Type: TypeString, Convert: oneValue(loggerName),
			Description: "The backend: `syslog` for the kernel log, by the name that this kernel has for it, `nfnetlink_log`, or `none`. The kernel's own names work too."},
		{Name: "all_netns", Type: TypeBool, Key: "net.netfilter.nf_log_all_netns", Since: "4.11", Global: true,
			Description: "Let packets of all network namespaces appear in the kernel log, those of LOG rules included. Anybody who may use a namespace, such as a container's user, can then fill the log."},
		{Name: "persist", Type: TypeBool, Default: "true", Description: "Bind the backend at boot too (sysctl.d, and modules-load.d for its module)."},
	},
	Check: checkLogBackend,
	Example: `log_backend "ipv4" {
  family = "ipv4"
  logger = "syslog"
}
`,
}

// syslogLoggers are the names that kernels have had for the logger that
// prints to the kernel log, with the family that they are for; "" for any.
var syslogLoggers = map[string]string{
	"syslog": "", "nf_log_syslog": "", "ebt_log": "bridge", "ipt_LOG": "ipv4", "ip6t_LOG": "ipv6",
	"nf_log_ipv4": "ipv4", "nf_log_ipv6": "ipv6", "nf_log_arp": "arp", "nf_log_bridge": "bridge", "nf_log_netdev": "netdev",
}

// IsSyslogLogger reports whether a logger, by any name, prints to the kernel log.
func IsSyslogLogger(name string) bool {
	_, is := syslogLoggers[name]
	return is
}

// loggerName writes a logger's name as the kernel does, in whatever case it
// was written: the kernel itself takes the beginning of a text for a name.
func loggerName(s string) (string, error) {
	for name := range syslogLoggers {
		if strings.EqualFold(s, name) {
			return name, nil
		}
	}
	switch lower := strings.ToLower(s); {
	case lower == LoggerNone, lower == "nfnetlink_log":
		return lower, nil
	case lower == "nflog":
		return "nfnetlink_log", nil
	case !isModuleWord(s) || len(s) > maxModuleName:
		return "", fmt.Errorf("%s is not the name of a logger", quoted(s))
	}
	return s, nil
}

func checkLogBackend(r *Resource) []Problem {
	_, family := r.Attrs["family"]
	_, logger := r.Attrs["logger"]
	_, all := r.Attrs["all_netns"]
	switch {
	case !family && !logger && !all:
		return []Problem{{Summary: "Nothing is set", Detail: "Give a family and its logger, or all_netns."}}
	case family && !logger:
		return []Problem{{Attribute: "family", Summary: "A family without a logger", Detail: `Say what is bound to it: logger = "syslog", "nfnetlink_log" or "none".`}}
	case logger && !family:
		return []Problem{{Attribute: "logger", Summary: "A logger without a family", Detail: `Say what it is bound to: family = "ipv4", "ipv6", "arp", "bridge" or "netdev".`}}
	}
	return checkLoggerFamily(r)
}

func checkLoggerFamily(r *Resource) []Problem {
	if f, ok := r.Attrs["family"]; !ok || !f.Value.IsKnown() {
		return nil
	}
	if l, ok := r.Attrs["logger"]; !ok || !l.Value.IsKnown() {
		return nil
	}
	family, _ := r.String("family")
	logger, _ := r.String("logger")
	if of := syslogLoggers[logger]; of != "" && of != family {
		return []Problem{{Attribute: "logger", Summary: "Logger of another family",
			Detail: fmt.Sprintf("%s is the logger of %s. For %s write logger = \"syslog\".", logger, of, family)}}
	}
	return nil
}
