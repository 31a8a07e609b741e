package kmod

// SyslogModule is the module with which this kernel prints the packets of a
// family ("ipv4") to its log: nf_log_syslog from Linux 5.13 on, one for each
// family from 3.17 on, and the targets themselves before.
func (inv *Inventory) SyslogModule(family string) string {
	for _, module := range []string{"nf_log_syslog", "nf_log_" + family, oldSyslog[family]} {
		if module != "" && inv.exists(module) {
			return module
		}
	}
	return "nf_log_syslog"
}

var oldSyslog = map[string]string{"ipv4": "xt_LOG", "ipv6": "xt_LOG", "bridge": "ebt_log"}
