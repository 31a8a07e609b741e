package syslog

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ctplan/ctplan/providers/host"
)

// Service is the service that reads the drop-ins of log_route.
const Service = "rsyslog"

// reloadTimeout bounds a restart: rsyslog writes out its queues first.
const reloadTimeout = 90 * time.Second

// pidFile is rsyslogd's own on systems without systemd.
const pidFile = "/run/rsyslogd.pid"

// ReloadError says that a service did not come back, or that nothing here
// can restart it.
type ReloadError struct {
	Service string
	// Reason is what was tried and what the answer was.
	Reason string
}

func (e *ReloadError) Error() string {
	return fmt.Sprintf("restart %s: %s", e.Service, e.Reason)
}

// Reload has a running service read its files anew. rsyslog does so only when
// it starts: SIGHUP makes it reopen its logs, no more. A service that is not
// running is left so, and the note says it.
func Reload(ctx context.Context, h host.Host, service string) (note string, err error) {
	if service != Service {
		return "", &ReloadError{service, "ctplan does not know this service"}
	}
	if _, err := h.ReadDir(ctx, "/run/systemd/system"); err == nil {
		return withSystemd(ctx, h, service)
	}
	if !alive(ctx, h) {
		return service + " is not running; it reads the files when it starts", nil
	}
	result, err := h.Run(ctx, host.Command{Argv: []string{"service", service, "restart"}, Timeout: reloadTimeout})
	if err != nil {
		return "", &ReloadError{service, fmt.Sprintf("%v; restart it yourself, so that it reads %s", err, "/etc/rsyslog.d")}
	}
	if result.ExitCode != 0 {
		return "", &ReloadError{service, complaints(result, "")}
	}
	return "", nil
}

func withSystemd(ctx context.Context, h host.Host, service string) (string, error) {
	unit := service + ".service"
	active, err := h.Run(ctx, host.Command{Argv: []string{"systemctl", "is-active", "--quiet", unit}, Timeout: reloadTimeout})
	if err != nil {
		return "", &ReloadError{service, err.Error()}
	}
	if active.ExitCode != 0 {
		return service + " is not running; it reads the files when it starts", nil
	}
	result, err := h.Run(ctx, host.Command{Argv: []string{"systemctl", "restart", unit}, Timeout: reloadTimeout})
	if err != nil {
		return "", &ReloadError{service, err.Error()}
	}
	if result.ExitCode != 0 {
		return "", &ReloadError{service, complaints(result, "") + "; journalctl -u " + unit + " has its own words"}
	}
	return "", nil
}

// alive reports whether rsyslogd runs on a system without systemd.
func alive(ctx context.Context, h host.Host) bool {
	f, err := h.ReadFile(ctx, pidFile)
	if err != nil {
		return false
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(f.Data)))
	if err != nil {
		return false
	}
	comm, err := h.ReadFile(ctx, fmt.Sprintf("/proc/%d/comm", pid))
	return err == nil && strings.TrimSpace(string(comm.Data)) == "rsyslogd"
}
