package host

import (
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"
	"syscall"

	"github.com/ctplan/ctplan/planner"
)

// Whole accepts what the kernel's integer parser does (surrounding blanks,
// 0x1, 01, the first of several numbers) from low to high, and EINVAL else.
func Whole(low, high int64) func(old, written string) (string, error) {
	return func(_, written string) (string, error) {
		fields := strings.Fields(written)
		if len(fields) == 0 {
			return "", syscall.EINVAL
		}
		n, err := strconv.ParseInt(fields[0], 0, 64)
		if err != nil || strings.ContainsAny(fields[0], "_bBoO") || n < low || n > high {
			return "", syscall.EINVAL
		}
		return strconv.FormatInt(n, 10), nil
	}
}

// Buckets accepts sizes of the hash table as Linux does on 4 KiB pages: up
// to the next multiple of 512; 0 is EINVAL, what does not fit into memory ENOMEM.
func Buckets(memory int64) func(old, written string) (string, error) {
	const step, slot = 512, 8
	whole := Whole(1, math.MaxUint32)
	return func(old, written string) (string, error) {
		text, err := whole(old, written)
		if err != nil {
			return "", err
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n*slot > memory {
			return "", syscall.ENOMEM
		}
		return strconv.FormatInt((n+step-1)/step*step, 10), nil
	}
}

// Logger accepts the name of a log backend that is loaded, or NONE; ENOENT
// comes from the write, as on Linux.
func Logger(loaded ...string) func(old, written string) (string, error) {
	return func(_, written string) (string, error) {
		for _, name := range append([]string{"NONE"}, loaded...) {
			if len(written) >= len(name) && strings.EqualFold(written[:len(name)], name) {
				return name, nil
			}
		}
		return "", syscall.ENOENT
	}
}

// fakeMemory is the memory of NewFakeLinux: with more than 4 GiB, Linux 5.15
// and later choose 262144 buckets.
const fakeMemory = 8 << 30

// NewFakeLinux returns a host as Debian 12 on amd64 with 8 GiB presents it:
// Linux 6.1 with nf_conntrack loaded, every kernel parameter of it at its
// default, in the initial network namespace; the configuration directories
// are empty but for the link to sysctl.conf.
func NewFakeLinux() *Fake {
	h := NewFake(planner.Facts{
		Hostname:   "web1",
		MachineID:  "0123456789abcdef0123456789abcdef",
		BootID:     "11111111-2222-4333-8444-555555555555",
		Kernel:     "6.1.0-22-amd64",
		Arch:       "amd64",
		CPUs:       4,
		Memory:     fakeMemory,
		PageSize:   4096,
		NetnsInode: 4026531840,
		InitNetns:  true,
		Root:       "/",
	})
	h.addTable(0o644)
	h.SetControl("/proc/sys/net/nf_conntrack_max", Control{Same: netfilterDir + "nf_conntrack_max"})
	h.SetControl(netfilterDir+"nf_log_all_netns", Control{Value: "0", Accept: Whole(math.MinInt32, math.MaxInt32)})
	h.addNetfilter()
	h.addOthers()
	h.addModules()
	h.addFiles()
	return h
}

// NewFakeNetns returns the same machine seen from another network namespace,
// called "blue": the sizes are global and read-only there.
func NewFakeNetns() *Fake {
	h := NewFakeLinux()
	h.facts.NetnsInode, h.facts.NetnsName, h.facts.InitNetns = 4026532281, "blue", false
	h.addTable(0o444)
	h.Delete("/proc/sys/net/nf_conntrack_max")
	h.Delete(netfilterDir + "nf_log_all_netns")
	h.Delete(initOnlyParameter)
	return h
}

const netfilterDir = "/proc/sys/net/netfilter/"

func (h *Fake) addTable(mode fs.FileMode) {
	add := func(key, value string, accept func(old, written string) (string, error)) {
		h.SetControl(netfilterDir+key, Control{Value: value, Mode: mode, Accept: accept})
	}
	add("nf_conntrack_max", "262144", Whole(0, math.MaxInt32))
	add("nf_conntrack_buckets", "262144", Buckets(fakeMemory))
	add("nf_conntrack_expect_max", "4096", Whole(1, math.MaxInt32))
	h.SetControl(netfilterDir+"nf_conntrack_count", Control{Value: "0", Mode: 0o444})
}

// fakeTimeouts are the defaults of Linux 6.1, in seconds.
var fakeTimeouts = map[string]int{
	"nf_conntrack_dccp_timeout_closereq":          64,
	"nf_conntrack_dccp_timeout_closing":           64,
	"nf_conntrack_dccp_timeout_open":              43200,
	"nf_conntrack_dccp_timeout_partopen":          480,
	"nf_conntrack_dccp_timeout_request":           240,
	"nf_conntrack_dccp_timeout_respond":           480,
	"nf_conntrack_dccp_timeout_timewait":          240,
	"nf_conntrack_frag6_timeout":                  60,
	"nf_conntrack_generic_timeout":                600,
	"nf_conntrack_gre_timeout":                    30,
	"nf_conntrack_gre_timeout_stream":             180,
	"nf_conntrack_icmp_timeout":                   30,
	"nf_conntrack_icmpv6_timeout":                 30,
	"nf_conntrack_sctp_timeout_closed":            10,
	"nf_conntrack_sctp_timeout_cookie_echoed":     3,
	"nf_conntrack_sctp_timeout_cookie_wait":       3,
	"nf_conntrack_sctp_timeout_established":       210,
	"nf_conntrack_sctp_timeout_heartbeat_sent":    30,
	"nf_conntrack_sctp_timeout_shutdown_ack_sent": 3,
	"nf_conntrack_sctp_timeout_shutdown_recd":     3,
	"nf_conntrack_sctp_timeout_shutdown_sent":     3,
	"nf_conntrack_tcp_timeout_close":              10,
	"nf_conntrack_tcp_timeout_close_wait":         60,
	"nf_conntrack_tcp_timeout_established":        432000,
	"nf_conntrack_tcp_timeout_fin_wait":           120,
	"nf_conntrack_tcp_timeout_last_ack":           30,
	"nf_conntrack_tcp_timeout_max_retrans":        300,
	"nf_conntrack_tcp_timeout_syn_recv":           60,
	"nf_conntrack_tcp_timeout_syn_sent":           120,
	"nf_conntrack_tcp_timeout_time_wait":          120,
	"nf_conntrack_tcp_timeout_unacknowledged":     300,
	"nf_conntrack_udp_timeout":                    30,
	"nf_conntrack_udp_timeout_stream":             120,
	"nf_flowtable_tcp_timeout":                    30,
	"nf_flowtable_udp_timeout":                    30,
}

// addNetfilter adds what each network namespace has for itself.
func (h *Fake) addNetfilter() {
	const hz = 250 // Debian's; it bounds what fits into a timer
	for key, seconds := range fakeTimeouts {
		h.SetControl(netfilterDir+key, Control{
			Value: strconv.Itoa(seconds), Accept: Whole(math.MinInt32, math.MaxInt32/hz),
		})
	}
	for _, s := range []struct {
		key, value string
		high       int64
	}{
		{"nf_conntrack_acct", "0", 1},
		{"nf_conntrack_checksum", "1", 1},
		{"nf_conntrack_dccp_loose", "1", 1},
		{"nf_conntrack_events", "2", 2},
		{"nf_conntrack_frag6_high_thresh", "4194304", math.MaxInt64},
		{"nf_conntrack_frag6_low_thresh", "3145728", math.MaxInt64},
		{"nf_conntrack_log_invalid", "0", 255},
		{"nf_conntrack_tcp_be_liberal", "0", 1},
		{"nf_conntrack_tcp_ignore_invalid_rst", "0", 1},
		{"nf_conntrack_tcp_loose", "1", 1},
		{"nf_conntrack_tcp_max_retrans", "3", 255},
		{"nf_conntrack_timestamp", "0", 1},
		{"nf_hooks_lwtunnel", "0", 1},
	} {
		h.SetControl(netfilterDir+s.key, Control{Value: s.value, Accept: Whole(0, s.high)})
	}
	for family := range 11 {
		h.SetControl(fmt.Sprintf("%snf_log/%d", netfilterDir, family), Control{Value: "NONE", Accept: Logger()})
	}
}

// addOthers adds kernel parameters for sysctl blocks: a number, a list, a
// text, one of an interface with a dot in its name, one that nobody may read.
func (h *Fake) addOthers() {
	const dir = parameterDir + "/"
	number := func(value string) Control {
		return Control{Value: value, Accept: Whole(math.MinInt32, math.MaxInt32)}
	}
	h.SetControl(dir+"kernel/random/boot_id", Control{Value: h.facts.BootID, Mode: 0o444})
	h.SetControl(initOnlyParameter, number("1000"))
	h.SetControl(dir+"net/core/rmem_max", number("212992"))
	h.SetControl(dir+"net/core/somaxconn", number("4096"))
	h.SetControl(dir+"net/ipv4/conf/all/rp_filter", Control{Value: "0", Accept: Whole(0, 2)})
	h.SetControl(dir+"net/ipv4/conf/eth0.100/rp_filter", Control{Value: "0", Accept: Whole(0, 2)})
	h.SetControl(dir+"net/ipv4/ip_forward", Control{Value: "0", Accept: Whole(0, 1)})
	h.SetControl(dir+"net/ipv4/ip_local_port_range", Control{Value: "32768\t60999", Accept: portRange})
	h.SetControl(dir+"net/ipv4/route/flush", Control{Mode: 0o200})
	h.SetControl(dir+"net/ipv4/tcp_congestion_control", Control{Value: "cubic"})
	h.SetControl(dir+"vm/swappiness", Control{Value: "60", Accept: Whole(0, 200)})
}

// portRange is a parameter of two numbers, which the kernel prints with a tab.
func portRange(_, written string) (string, error) {
	fields := strings.Fields(written)
	if len(fields) != 2 {
		return "", syscall.EINVAL
	}
	for i, f := range fields {
		port, err := Whole(1, 65535)("", f)
		if err != nil {
			return "", err
		}
		fields[i] = port
	}
	return strings.Join(fields, "\t"), nil
}

// addModules adds what /proc and /sys tell of the loaded modules.
func (h *Fake) addModules() {
	h.SetControl("/proc/modules", Control{Mode: 0o444, Value: "" +
		"nf_conntrack 188416 0 - Live 0x0000000000000000\n" +
		"nf_defrag_ipv6 24576 1 nf_conntrack, Live 0x0000000000000000\n" +
		"nf_defrag_ipv4 16384 1 nf_conntrack, Live 0x0000000000000000\n"})
	h.SetControl("/proc/cmdline", Control{Mode: 0o444, Value: "BOOT_IMAGE=/boot/vmlinuz-6.1.0-22-amd64 root=/dev/vda1 ro quiet\n"})
	h.SetControl("/proc/net/netfilter/nf_log", Control{Mode: 0o444, Value: fakeLoggers()})
	h.SetControl("/sys/kernel/slab/nf_conntrack/object_size", Control{Mode: 0o400, Value: "248\n"})
	h.SetControl("/sys/kernel/slab/nf_conntrack/slab_size", Control{Mode: 0o400, Value: "256\n"})
	h.SetControl("/sys/module/nf_conntrack/parameters/hashsize", Control{Mode: 0o600, Same: netfilterDir + "nf_conntrack_buckets"})
	for _, module := range []string{"nf_conntrack", "nf_defrag_ipv4", "nf_defrag_ipv6"} {
		h.SetDir("/sys/module/" + module)
	}
}

func fakeLoggers() string {
	var b strings.Builder
	for family := range 11 {
		fmt.Fprintf(&b, "%2d NONE ()\n", family)
	}
	return b.String()
}

func (h *Fake) addFiles() {
	for _, dir := range []string{
		"/etc/sysctl.d", "/run/sysctl.d", "/usr/lib/sysctl.d", "/etc/modules-load.d", "/etc/modprobe.d",
		"/usr/lib/modules-load.d", "/usr/lib/modprobe.d", "/lib/modules/6.1.0-22-amd64",
	} {
		h.SetDir(dir)
	}
	h.SetFile("/etc/machine-id", h.facts.MachineID+"\n")
	h.SetFile("/etc/hostname", h.facts.Hostname+"\n")
	h.SetFile("/etc/sysctl.conf", "# /etc/sysctl.conf - Configuration file for setting system variables\n")
	h.SetLink("/etc/sysctl.d/99-sysctl.conf", "../sysctl.conf")
}
