package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/providers/internal/lifecycle"
	"github.com/ctplan/ctplan/providers/internal/modhost"
)

const controlFile = "/proc/dynamic_debug/control"

const messages = `# filename:lineno [module]function flags format
init/main.c:1180 [main]initcall_blacklist =p "blacklisting initcall %s\n"
net/netfilter/nf_conntrack_proto_tcp.c:889 [nf_conntrack]tcp_new =_ "nf_ct_tcp: invalid new deleting.\n"
net/netfilter/nf_conntrack_proto_tcp.c:1005 [nf_conntrack]nf_conntrack_tcp_packet =_ "nf_ct_tcp: Invalid dir=%i\n"
net/netfilter/nf_conntrack_core.c:700 [nf_conntrack]nf_ct_get =m "one of two\n"
net/netfilter/nf_conntrack_core.c:700 [nf_conntrack]nf_ct_get =m "two of two\n"
`

// debugHost is a host whose control file takes the queries that ctplan writes.
func debugHost() *modhost.Host {
	h := modhost.New("6.1")
	h.Load("nf_conntrack")
	h.SetControl(controlFile, host.Control{Value: messages, Accept: func(old, written string) (string, error) {
		words := strings.Fields(written)
		if len(words) != 9 || words[0] != "module" || words[2] != "file" || words[4] != "line" || words[6] != "func" || !strings.HasPrefix(words[8], "=") {
			return "", syscall.EINVAL
		}
		head := fmt.Sprintf("%s:%s [%s]%s =", words[3], words[5], words[1], words[7])
		var out strings.Builder
		for line := range strings.Lines(old) {
			if rest, ok := strings.CutPrefix(line, head); ok {
				_, format, _ := strings.Cut(rest, " ")
				line = head + words[8][1:] + " " + format
			}
			out.WriteString(line)
		}
		return out.String(), nil
	}})
	return h
}

func TestDebugAndDestroyLeaveNothing(t *testing.T) {
	h := debugHost()
	before := h.Snapshot()
	run := lifecycle.New(t, h)
	run.Apply(`dynamic_debug "tcp" {
  file   = "nf_conntrack_proto_tcp.c"
  format = "nvalid"
  flags  = "fp"
}
dynamic_debug "get" {
  module  = "nf-conntrack"
  function = "nf_ct_get"
  persist  = true
}`)
	got := h.Snapshot()
	want := strings.NewReplacer("tcp_new =_", "tcp_new =fp", "tcp_packet =_", "tcp_packet =fp", "nf_ct_get =m", "nf_ct_get =p").Replace(messages)
	if diff := cmp.Diff(want, got[controlFile]); diff != "" {
		t.Error(diff)
	}
	if conf := got["/etc/modprobe.d/ctplan.conf"]; !strings.Contains(conf, "\noptions nf_conntrack dyndbg=\"func nf_ct_get =p\"\n") {
		t.Errorf("modprobe.d: %s", conf)
	}
	run.Destroy()
	if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
		t.Errorf("after destroy:\n%s", diff)
	}
}

// A kernel update takes the messages of the old kernel away: nothing is to be
// restored, and those of the new one are switched anew.
func TestAnotherKernelHasOtherMessages(t *testing.T) {
	const source = `dynamic_debug "tcp" { function = "tcp_new" }`
	h := debugHost()
	run := lifecycle.New(t, h)
	run.Apply(source)
	facts, _ := h.Facts(t.Context())
	facts.Kernel = "6.1.0-51-cloud-amd64"
	h.SetFacts(facts)
	h.SetControl(controlFile, host.Control{Value: strings.ReplaceAll(messages, ":889", ":890"), Accept: func(old, _ string) (string, error) {
		return strings.Replace(old, "tcp_new =_", "tcp_new =p", 1), nil
	}})
	run.Apply(source)
	if got := h.Snapshot()[controlFile]; !strings.Contains(got, ":890 [nf_conntrack]tcp_new =p") {
		t.Errorf("after the update:\n%s", got)
	}
}

func TestDebugFindings(t *testing.T) {
	tests := map[string]struct {
		host   func(h *modhost.Host)
		source string
		want   string
	}{
		"not in this kernel": {
			func(h *modhost.Host) { h.Delete(controlFile); h.SetDir("/sys/kernel/debug/tracing") },
			`dynamic_debug "x" { module = "nf_conntrack" }`, "This kernel has no dynamic debug | CONFIG_DYNAMIC_DEBUG",
		},
		"not mounted": {
			func(h *modhost.Host) { h.Delete(controlFile); h.SetDir("/sys/kernel/debug") },
			`dynamic_debug "x" { module = "nf_conntrack" }`, "debugfs is not mounted | mount -t debugfs debugfs /sys/kernel/debug",
		},
		"not allowed": {
			func(h *modhost.Host) { h.SetControl(controlFile, host.Control{Value: messages, Mode: 0o200}) },
			`dynamic_debug "x" { module = "nf_conntrack" }`, "Debug messages cannot be read | Plan as root",
		},
		"a module that is not loaded": {
			nil, `dynamic_debug "x" { module = "nf_nat" }`, "Module nf_nat is not loaded | modprobe nf_nat",
		},
		"a module without messages": {
			func(h *modhost.Host) { h.Load("nf_nat") }, `dynamic_debug "x" { module = "nf_nat" }`, "Module nf_nat has no debug messages",
		},
		"no such message": {
			nil, `dynamic_debug "x" {
  module   = "nf_conntrack"
  function = "tcp_now"
}`, `No such debug message | None of the 5 messages | Did you mean function "tcp_new"?`,
		},
		"messages of the kernel itself persist nowhere": {
			nil, `dynamic_debug "x" {
  function = "initcall_blacklist"
  persist  = true
}`, `trace:builtin-debug | main.dyndbg="func initcall_blacklist =p"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := debugHost()
			if test.host != nil {
				test.host(h)
			}
			answer, diags := lifecycle.New(t, h).Propose(test.source)
			findings := answer.Findings
			var got []string
			for _, d := range diags {
				got = append(got, fmt.Sprintf("%s | %s", d.Summary, d.Detail))
			}
			for _, f := range findings {
				got = append(got, fmt.Sprintf("%s | %s %s", f.Code, f.Summary, f.Detail))
			}
			slices.Sort(got)
			if len(got) != 1 {
				t.Fatalf("%d findings:\n%s", len(got), strings.Join(got, "\n"))
			}
			for part := range strings.SplitSeq(test.want, " | ") {
				if !strings.Contains(got[0], part) {
					t.Errorf("%q is not in:\n%s", part, got[0])
				}
			}
		})
	}
}

// Every failure on the way puts the flags back.
func TestDebugFailuresAreUndone(t *testing.T) {
	const source = `dynamic_debug "x" { module = "nf_conntrack" }`
	for call := 1; ; call++ {
		h := debugHost()
		before := h.Snapshot()
		faults, err := host.ParseFaults(fmt.Sprintf("fail-after:%d:EIO", call))
		if err != nil {
			t.Fatal(err)
		}
		if lifecycle.New(t, h).Try(host.NewFaulty(h, faults...), source) == nil {
			if call != 4 {
				t.Errorf("%d writes, want 3", call-1)
			}
			return
		}
		if diff := cmp.Diff(before, h.Snapshot()); diff != "" {
			t.Errorf("after failure %d:\n%s", call, diff)
		}
	}
}
