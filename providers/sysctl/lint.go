package sysctl

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/schema"
)

// lint looks at values that the kernel takes but that will not do what their
// author expects on this host. What can be said without the host is the
// schema's business.
func (s *session) lint(ctx context.Context, resources []*declared, proposals []planner.Proposal) {
	var max, buckets *parameter
	var sized *planner.Proposal // gets the note on memory
	for i, d := range resources {
		for _, p := range d.parameters {
			s.checkReach(p)
			switch p.path {
			case pathMax:
				max, sized = p, &proposals[i]
				s.checkCount(ctx, p)
			case pathBuckets:
				buckets = p
				if sized == nil {
					sized = &proposals[i]
				}
			case pathLogInvalid:
				s.checkLogger(ctx, p)
			}
		}
	}
	if sized != nil {
		s.weigh(ctx, max, buckets, sized)
	}
}

// checkReach warns of a change that reaches further than the network
// namespace that it is declared for.
func (s *session) checkReach(p *parameter) {
	if s.req.Facts.InitNetns || strings.HasPrefix(p.path, "net/") || equal(p.want, p.live) {
		return
	}
	s.find(p, planner.SeverityWarning, "sysctl:whole-machine",
		fmt.Sprintf("%s changes for the whole machine", p.key()),
		fmt.Sprintf("The plan is for %s, but only parameters under net. belong to a network namespace. Declare %s in the configuration of the host itself.",
			namespace(s.req.Facts), p.key()))
}

// checkCount warns of a limit below what the table holds: nothing is evicted
// at once, but no new connection gets in.
func (s *session) checkCount(ctx context.Context, p *parameter) {
	limit, err := strconv.ParseInt(p.want, 10, 64)
	if err != nil || equal(p.want, p.live) {
		return
	}
	if held, ok := s.live.number(ctx, pathCount); ok && limit < held {
		s.find(p, planner.SeverityWarning, "ct:max-below-count",
			fmt.Sprintf("The table holds %s entries, more than max = %s", thousands(held), thousands(limit)),
			"Linux keeps the entries that it has, and refuses new connections (\"table full, dropping packet\") until enough of them have expired. Choose a larger max, or shorter timeouts first.")
	}
}

// loggers are the slots of the log backends for IPv4 and IPv6, by their
// NFPROTO numbers.
var loggers = []string{"net/netfilter/nf_log/2", "net/netfilter/nf_log/10"}

// checkLogger warns of log_invalid without anything that logs: the kernel
// then drops the lines silently.
func (s *session) checkLogger(ctx context.Context, p *parameter) {
	if equal(p.want, "0") || bindsLogger(s.req.All) {
		return
	}
	for _, slot := range loggers {
		got := s.live.read(ctx, slot)
		if got.err != nil || strings.TrimSpace(got.value) != "NONE" {
			return
		}
	}
	s.find(p, planner.SeverityWarning, "ct:log-invalid-unheard",
		"log_invalid is on, but nothing logs",
		fmt.Sprintf("No log backend is bound for IPv4 or IPv6 (net.netfilter.nf_log.2 and .10 are NONE), and without one most kernels log no invalid packet and report no error. "+
			"Load nf_log_syslog (nf_log_ipv4 and nf_log_ipv6 before Linux 5.13; this is %s), or bind a backend.", s.req.Facts.Kernel))
}

// bindsLogger reports whether the same configuration binds a logger for IPv4
// or IPv6.
func bindsLogger(all []*schema.Resource) bool {
	for _, r := range all {
		family, _ := r.String("family")
		logger, _ := r.String("logger")
		if r.Type == "log_backend" && (family == "ipv4" || family == "ipv6") && logger != schema.LoggerNone {
			return true
		}
	}
	return false
}

// autoEvents is the value of events that makes them only while somebody
// listens.
const autoEvents = "2"

// checkEvents refuses the automatic events of 5.19 on kernels before it,
// which answer with EINVAL. Where a vendor brings newer code under an older
// number, only the write can tell.
func (s *session) checkEvents(p *parameter) {
	running, known := parseRelease(s.req.Facts.Kernel)
	if p.want != autoEvents || equal(p.live, autoEvents) || !known || !running.before(release{5, 19}) {
		return
	}
	if isBackporter(s.req.Facts.Kernel) {
		s.find(p, planner.SeverityWarning, "ct:events-auto",
			"This kernel may not know automatic events",
			fmt.Sprintf("%s = 2 came with Linux 5.19, and this host runs %s. If the vendor has not brought it back, the apply fails and is rolled back.", p.key(), s.req.Facts.Kernel))
		return
	}
	s.refuse(p, "This kernel has no automatic events", fmt.Sprintf(
		"%s = 2 came with Linux 5.19, and this host runs %s, which takes 0 and 1 only. Choose one of those.", p.key(), s.req.Facts.Kernel))
}
