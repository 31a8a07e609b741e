package cli

import (
	"context"
	"log/slog"
	"strings"
	"time"

	"github.com/ctplan/ctplan/providers/host"
)

// logged wraps a host so that CTPLAN_LOG shows what is done to it: "debug"
// logs every change and every program, "trace" every read as well.
func (a *app) logged(h Host) Host {
	level := strings.ToLower(a.getenv("CTPLAN_LOG"))
	if level != "debug" && level != "trace" {
		return h
	}
	return &logHost{
		Host:  h,
		log:   slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})),
		reads: level == "trace",
		now:   a.Now,
	}
}

// logHost writes a line for every call.
type logHost struct {
	Host
	log   *slog.Logger
	reads bool
	now   func() time.Time
}

func (h *logHost) entry(ctx context.Context, what string, began time.Time, err error, attrs ...any) {
	attrs = append(attrs, "took", h.now().Sub(began))
	if err != nil {
		attrs = append(attrs, "err", err)
	}
	h.log.DebugContext(ctx, what, attrs...)
}

func (h *logHost) ReadFile(ctx context.Context, path string) (host.File, error) {
	began := h.now()
	f, err := h.Host.ReadFile(ctx, path)
	if h.reads {
		h.entry(ctx, "read", began, err, "path", path, "bytes", len(f.Data))
	}
	return f, err
}

func (h *logHost) WriteFile(ctx context.Context, path string, f host.File) error {
	began := h.now()
	err := h.Host.WriteFile(ctx, path, f)
	h.entry(ctx, "write file", began, err, "path", path, "bytes", len(f.Data))
	return err
}

func (h *logHost) Remove(ctx context.Context, path string) error {
	began := h.now()
	err := h.Host.Remove(ctx, path)
	h.entry(ctx, "remove file", began, err, "path", path)
	return err
}

func (h *logHost) WriteControl(ctx context.Context, path, data string) error {
	began := h.now()
	err := h.Host.WriteControl(ctx, path, data)
	h.entry(ctx, "write control", began, err, "path", path, "data", data)
	return err
}

func (h *logHost) Run(ctx context.Context, cmd host.Command) (host.Result, error) {
	began := h.now()
	r, err := h.Host.Run(ctx, cmd)
	h.entry(ctx, "run", began, err, "argv", cmd.Argv, "exit", r.ExitCode)
	return r, err
}
