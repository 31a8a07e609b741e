package schema

import (
	"context"
	"strings"
	"testing"
)

func TestKernelBlocksRefuse(t *testing.T) {
	tests := map[string]struct{ source, want string }{
		"a module's file":                 {`kernel_module "x" { module = "nf_nat.ko" }`, `name the module, "nf_nat"`},
		"a path":                          {`kernel_module "x" { module = "../nf_nat" }`, "letters, digits, dashes and underscores"},
		"an option to modprobe":           {`kernel_module "x" { module = "-r" }`, "letters, digits, dashes and underscores"},
		"two words":                       {`kernel_module "x" { module = "nf_nat install" }`, "letters, digits, dashes and underscores"},
		"a line break in an option":       {`kernel_module "x" { ` + "\n" + ` module = "a"` + "\n" + `options = { p = "1\ninstall x" }` + "\n}", "neither modprobe nor the kernel"},
		"a quote in an option":            {"kernel_module \"x\" {\n module = \"a\"\n options = { p = \"a\\\"b\" }\n}", "neither modprobe nor the kernel"},
		"an option's name":                {"kernel_module \"x\" {\n module = \"a\"\n options = { \"p q\" = 1 }\n}", "not the name of an option"},
		"options of an unloaded module":   {"kernel_module \"x\" {\n module = \"a\"\n state = \"unloaded\"\n options = { p = 1 }\n}", "Options are for a module that is loaded"},
		"booting an unloaded module":      {"kernel_module \"x\" {\n module = \"a\"\n state = \"unloaded\"\n boot = true\n}", "Leave boot out"},
		"a module twice":                  {`module_blacklist "x" { modules = ["nf-nat", "nf_nat"] }`, "listed twice"},
		"no module":                       {`module_blacklist "x" { modules = [] }`, "the list is empty"},
		"a family without a logger":       {`log_backend "x" { family = "ipv4" }`, "Say what is bound to it"},
		"a logger without a family":       {`log_backend "x" { logger = "syslog" }`, "Say what it is bound to"},
		"another family's logger":         {"log_backend \"x\" {\n family = \"ipv6\"\n logger = \"nf_log_ipv4\"\n}", "nf_log_ipv4 is the logger of ipv4"},
		"nothing at all":                  {`log_backend "x" { persist = true }`, "Give a family and its logger"},
		"a relative log file":             {"log_route \"x\" {\n prefix = \"p \"\n file = \"x.log\"\n}", "not an absolute path"},
		"a log file with a pattern":       {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/*.log\"\n}", "rsyslog and logrotate"},
		"a log file with a quote":         {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/a\\\"b\"\n}", "rsyslog and logrotate"},
		"a log file in /etc":              {"log_route \"x\" {\n prefix = \"p \"\n file = \"/etc/shadow\"\n}", "no place for a log file"},
		"a log file that climbs":          {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/../../etc/x\"\n}", "plain path"},
		"an executable log":               {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/x\"\n mode = \"0755\"\n}", "without execute bits"},
		"a mode that is none":             {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/x\"\n mode = \"rw\"\n}", "octal mode"},
		"an owner with a blank":           {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/x\"\n owner = \"root adm\"\n}", "not the name of an account"},
		"a prefix that LOG cuts":          {"log_route \"x\" {\n prefix = \"" + strings.Repeat("p", 30) + "\"\n file = \"/var/log/x\"\n}", "LOG keeps 29"},
		"su without a group":              {"log_route \"x\" {\n prefix = \"p \"\n file = \"/var/log/x\"\n rotate {\n su = \"root\"\n }\n}", "a user and a group"},
		"every debug message":             {`dynamic_debug "x" { flags = "p" }`, "every debug message of the kernel"},
		"a second query":                  {"dynamic_debug \"x\" { module = \"a; file *\" }", "cannot be the module"},
		"a line without a file":           {`dynamic_debug "x" { line = 5 }`, "Line numbers are those of a file"},
		"lines that run backwards":        {"dynamic_debug \"x\" {\n file = \"a.c\"\n line = \"9-5\"\n}", "neither a line number"},
		"flags twice":                     {"dynamic_debug \"x\" {\n file = \"a.c\"\n flags = \"pp\"\n}", "not a set of flags"},
		"no flags and some":               {"dynamic_debug \"x\" {\n file = \"a.c\"\n flags = \"p_\"\n}", "both none and some"},
		"a format that modprobe.d breaks": {"dynamic_debug \"x\" {\n format = \"it's\"\n persist = true\n}", "can hold neither quotes"},
		"an event without a group":        {`tracepoint "x" { events = ["tcp_probe"] }`, "write group:name"},
		"an event that climbs":            {`tracepoint "x" { events = ["../tcp:tcp_probe"] }`, "not the name of an event"},
		"an instance that climbs":         {"tracepoint \"x\" {\n events = [\"a:b\"]\n instance = \"..\"\n}", "not the name of an instance"},
		"a filter of two lines":           {"tracepoint \"x\" {\n events = [\"a:b\"]\n filter = \"a == 1\\nb\"\n}", "printable ASCII"},
		"a filter that clears":            {"tracepoint \"x\" {\n events = [\"a:b\"]\n filter = \"0\"\n}", "is no filter"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, diags := Load(files("main.ctplan.hcl", test.source))
			if !diags.HasErrors() {
				_, diags = c.Evaluate(context.Background(), Options{})
			}
			var text strings.Builder
			for _, d := range diags {
				text.WriteString(d.Summary + ": " + d.Detail + "\n")
				if d.Subject == nil {
					t.Errorf("%q points nowhere", d.Summary)
				}
			}
			if !diags.HasErrors() || !strings.Contains(text.String(), test.want) {
				t.Errorf("want %q, got:\n%s", test.want, text.String())
			}
		})
	}
}

func TestKernelBlocksNormalise(t *testing.T) {
	cfg := mustEvaluate(t, Options{}, "a.ctplan.hcl", `
kernel_module "a" {
  module  = "nf-conntrack-ftp"
  options = { ports = "21", loose = false, n = 5 }
}
log_backend "b" {
  family = 2
  logger = "NF_LOG_IPV4"
}
log_backend "c" {
  family = "ipv6"
  logger = "NONE"
}
dynamic_debug "d" {
  module = "nf-conntrack"
  file   = "x.c"
  line   = 5
  flags  = "tpf"
}
`)
	got := map[string]string{}
	for _, r := range cfg.Resources {
		for name, a := range r.Attrs {
			if isString(a.Value) {
				got[r.Address+"."+name] = a.Value.AsString()
			} else {
				for it := a.Value.ElementIterator(); it.Next(); {
					k, v := it.Element()
					got[r.Address+"."+name+"."+k.AsString()] = v.AsString()
				}
			}
		}
	}
	want := map[string]string{
		"kernel_module.a.module": "nf_conntrack_ftp", "kernel_module.a.options.ports": "21", "kernel_module.a.options.loose": "0", "kernel_module.a.options.n": "5",
		"log_backend.b.family": "ipv4", "log_backend.b.logger": "nf_log_ipv4", "log_backend.c.family": "ipv6", "log_backend.c.logger": "none",
		"dynamic_debug.d.module": "nf_conntrack", "dynamic_debug.d.file": "x.c", "dynamic_debug.d.line": "5", "dynamic_debug.d.flags": "fpt",
	}
	for key, value := range want {
		if got[key] != value {
			t.Errorf("%s is %q, want %q", key, got[key], value)
		}
	}
	if len(got) != len(want) {
		t.Errorf("attributes: %v", got)
	}
	for lines, want := range map[string][2]int{"5": {5, 5}, "5-9": {5, 9}, "5-": {5, 1 << 30}, "-9": {1, 9}} {
		if from, to := DebugLines(lines); from != want[0] || to != want[1] {
			t.Errorf("lines %s are %d to %d", lines, from, to)
		}
	}
}
