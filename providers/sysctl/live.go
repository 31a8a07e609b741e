package sysctl

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootconf"
	"github.com/ctplan/ctplan/providers/host"
)

// reader reads kernel parameters, each once.
type reader struct {
	host  host.Host
	known map[string]reading
}

// reading is a parameter as found: its value, or why there is none.
type reading struct {
	value    string
	writable bool // for somebody; not necessarily for this user
	err      error
}

func newReader(h host.Host) *reader { return &reader{host: h, known: map[string]reading{}} }

// read returns a parameter by its path under /proc/sys.
func (r *reader) read(ctx context.Context, path string) reading {
	if known, ok := r.known[path]; ok {
		return known
	}
	var out reading
	f, err := r.host.ReadFile(ctx, procSys+path)
	if err != nil {
		out.err = err
	} else {
		out.value = strings.TrimRight(string(f.Data), "\n")
		out.writable = f.Mode&0o222 != 0
	}
	if ctx.Err() == nil {
		r.known[path] = out
	}
	return out
}

// number returns a parameter that holds one whole number.
func (r *reader) number(ctx context.Context, path string) (int64, bool) {
	got := r.read(ctx, path)
	if got.err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(got.value), 10, 64)
	return n, err == nil
}

const procSys = "/proc/sys/"

// readLive fills in what the kernel holds now and what it will hold, and
// refuses what cannot be had.
func (s *session) readLive(ctx context.Context, d *declared) {
	if d.resource.Type == "conntrack" && len(d.parameters) > 0 && !s.conntrackLoaded(ctx) && !s.willLoad(ctx, "nf_conntrack") {
		s.refuseUnloaded(d)
		return
	}
	for _, p := range d.parameters {
		got := s.live.read(ctx, p.path)
		switch {
		case errors.Is(got.err, fs.ErrNotExist) && s.willLoad(ctx, bootconf.ModuleOf(p.path)):
			s.await(p)
		case got.err != nil:
			s.refuseUnreadable(ctx, p, got.err)
		case !got.writable:
			s.refuseReadOnly(p)
		default:
			p.live = got.value
			s.settle(p)
			s.checkMount(ctx, p)
		}
	}
}

// settle works out what the kernel will show once the parameter is written.
func (s *session) settle(p *parameter) {
	want, err := settle(p.wanted, p.live)
	if err != nil {
		s.refuse(p, "Wrong number of fields for "+p.key(), fmt.Sprintf(
			"%s cannot be set to %q: %v. The kernel would change some fields and leave the others; give all of them.", p.key(), p.wanted, err))
		return
	}
	p.want = want
	switch p.path {
	case pathBuckets:
		p.step = bucketStep(s.req.Facts)
		if up := roundUp(want, p.step); up != want {
			p.want, p.note = up, fmt.Sprintf("rounded up from %s by the kernel", want)
		}
	case pathEvents:
		s.checkEvents(p)
	}
}

// refuseUnreadable explains why a parameter has no value.
func (s *session) refuseUnreadable(ctx context.Context, p *parameter, err error) {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		summary, detail := s.missing(ctx, p)
		s.refuse(p, summary, detail)
	case errors.Is(err, syscall.EISDIR):
		s.refuse(p, p.key()+" is a group of kernel parameters", fmt.Sprintf("%s%s is a directory. Name one parameter in it.", procSys, p.path))
	case errors.Is(err, fs.ErrPermission):
		s.refuse(p, p.key()+" cannot be read", fmt.Sprintf("Reading %s%s: %v. Only its owner may read this parameter: plan as root. One that can only be written has no value to compare and cannot be declared.", procSys, p.path, err))
	default:
		s.refuse(p, p.key()+" cannot be read", fmt.Sprintf("Reading %s%s: %v.", procSys, p.path, err))
	}
}

// refuseReadOnly explains why nobody can write a parameter here.
func (s *session) refuseReadOnly(p *parameter) {
	facts := s.req.Facts
	file := procSys + p.path
	switch {
	case isGlobal(p) && !facts.InitNetns:
		s.refuse(p, p.key()+" cannot be set in this network namespace", fmt.Sprintf(
			"%s belongs to the whole machine and can be written in the initial network namespace only; here (%s) %s is read-only. Declare it in the configuration of the host itself.",
			p.key(), namespace(facts), file))
	case p.path == pathBuckets:
		s.refuse(p, p.key()+" is read-only on this kernel", fmt.Sprintf(
			"Linux can change the number of buckets at run time from 4.7 on; this host runs %s. Before that only the module option hashsize sets it, when nf_conntrack is loaded.", facts.Kernel))
	default:
		s.refuse(p, p.key()+" is read-only", fmt.Sprintf("The kernel lets nobody write %s here, so it cannot be declared.", file))
	}
}

// isGlobal reports whether a parameter is one of the whole machine.
func isGlobal(p *parameter) bool {
	switch p.path {
	case pathMax, pathBuckets, pathExpectMax:
		return true
	}
	return p.table.Global
}

// namespace names the network namespace of a plan for messages.
func namespace(f planner.Facts) string {
	if f.NetnsName != "" {
		return fmt.Sprintf("namespace %q", f.NetnsName)
	}
	return fmt.Sprintf("namespace %d", f.NetnsInode)
}
