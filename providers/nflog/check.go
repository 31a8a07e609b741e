package nflog

import (
	"fmt"

	"github.com/ctplan/ctplan/planner"
)

// check reports what the same configuration says against the backend.
func (b *backend) check() {
	if by, blacklisted := b.wishes.Blacklisted[b.module]; blacklisted && b.module != "" && b.wishes.Denied[b.module] == "" {
		b.find("logger", planner.SeverityError, "nflog:module-blacklisted",
			fmt.Sprintf("The logger's module %s is blacklisted", b.module),
			fmt.Sprintf("%s blacklists %s, and systemd-modules-load skips what is blacklisted without an error: after the next boot there would be no %s. Take it off the list.", by, b.module, b.name))
	}
	if b.name == none {
		b.checkInvalid()
	}
}

// checkInvalid warns of invalid packets that nobody would hear of.
func (b *backend) checkInvalid() {
	family, _ := b.resource.String("family")
	if family != "ipv4" && family != "ipv6" {
		return
	}
	for _, r := range b.req.All {
		if r.Type != "conntrack" {
			continue
		}
		if word, set := r.String("log_invalid"); set && word != "off" {
			b.find("logger", planner.SeverityWarning, "nflog:invalid-unheard",
				"log_invalid is on, and nothing logs for "+family,
				fmt.Sprintf("%s logs invalid packets, and without a backend the kernel drops the lines without an error.", r.Address))
		}
	}
}

// checkBoundByLoad warns where loading one logger binds it to families that
// are to have none: the kernel fills every free slot as the module comes, and
// the plan finds those slots free.
func (s *session) checkBoundByLoad() {
	for _, b := range s.freed {
		family, _ := b.resource.String("family")
		for module := range s.loads {
			if module != s.inv.SyslogModule(family) {
				continue
			}
			b.find("logger", planner.SeverityWarning, "nflog:bound-by-load",
				fmt.Sprintf("Loading %s binds a logger to %s", module, family),
				fmt.Sprintf("This plan loads the module for another family, and the kernel then binds its logger to every family that has none. Apply a second time to have %s free again.", family))
		}
	}
}
