package sysctl

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

// extension is the size in bytes of the block that an entry gets besides its
// own slot as soon as it has any extension: accounting, a time stamp, events,
// NAT, a helper. Source: kernel, nf_ct_ext_add (128 is its first allocation).
const extension = 128

// slotSize is what one entry takes in the kernel's slab cache, in bytes:
// measured, where the kernel shows it to this user, else what kernels of its
// age take.
func slotSize(ctx context.Context, h host.Host, kernel string) int64 {
	if f, err := h.ReadFile(ctx, "/sys/kernel/slab/nf_conntrack/slab_size"); err == nil {
		if n, err := strconv.ParseInt(strings.TrimSpace(string(f.Data)), 10, 64); err == nil && n > 0 {
			return n
		}
	}
	if f, err := h.ReadFile(ctx, "/proc/slabinfo"); err == nil {
		if n, ok := slabObject(string(f.Data)); ok {
			return n
		}
	}
	if r, ok := parseRelease(kernel); ok && r.before(release{6, 1}) {
		return 320
	}
	return 256
}

// slabObject finds the object size of nf_conntrack in /proc/slabinfo, whose
// lines are "name active total size ...". Up to 4.6 there is one cache for
// each namespace, with a number behind the name.
func slabObject(info string) (int64, bool) {
	for _, line := range strings.Split(info, "\n") {
		f := strings.Fields(line)
		if len(f) < 4 || !isConntrackCache(f[0]) {
			continue
		}
		if n, err := strconv.ParseInt(f[3], 10, 64); err == nil && n > 0 {
			return n, true
		}
	}
	return 0, false
}

func isConntrackCache(name string) bool {
	number, ok := strings.CutPrefix(name, "nf_conntrack")
	return ok && strings.Trim(number, "_0123456789abcdef") == ""
}

// table is a connection table's size and what it costs.
type table struct {
	max, buckets  int64
	slot, pointer int64 // bytes
}

// bytes is what a full table takes. It is an upper bound: entries without
// extensions take less.
func (t table) bytes() int64 {
	return t.max*(t.slot+extension) + t.buckets*t.pointer
}

// note says what the table costs when full, and what the present one does.
func (t table) note(now table, ram int64) string {
	return fmt.Sprintf("at most %s when full: %s entries × (%d+%d) B + %s buckets × %d B%s (now at most %s)",
		binary(t.bytes()), thousands(t.max), t.slot, extension, thousands(t.buckets), t.pointer, share(t.bytes(), ram), binary(now.bytes()))
}

func share(part, ram int64) string {
	if ram <= 0 {
		return ""
	}
	return fmt.Sprintf(", %.1f %% of %s RAM", 100*float64(part)/float64(ram), binary(ram))
}

// The shares of memory from which a full table is worth a word, in percent.
const (
	memoryWarning = 25
	memoryError   = 100
)

// weigh notes what a change of the table's size costs, and reports a table
// that the machine has no memory for. What is not declared (nil) stays as it is.
func (s *session) weigh(ctx context.Context, max, buckets *parameter, out *planner.Proposal) {
	now := table{pointer: pointerSize(s.req.Facts.Arch)}
	var ok bool
	if now.max, ok = s.live.number(ctx, pathMax); !ok {
		return
	}
	if now.buckets, ok = s.live.number(ctx, pathBuckets); !ok {
		return
	}
	next := now
	subject := buckets
	if buckets != nil {
		next.buckets, _ = strconv.ParseInt(buckets.want, 10, 64)
	}
	if max != nil {
		subject = max
		next.max, _ = strconv.ParseInt(max.want, 10, 64)
	}
	if next == now {
		return
	}
	now.slot = slotSize(ctx, s.req.Host, s.req.Facts.Kernel)
	next.slot = now.slot
	note := next.note(now, s.req.Facts.Memory)
	out.Notes = append(out.Notes, note)
	s.checkMemory(subject, next, note)
}

func (s *session) checkMemory(p *parameter, t table, note string) {
	ram := s.req.Facts.Memory
	if ram <= 0 {
		return
	}
	switch percent := 100 * float64(t.bytes()) / float64(ram); {
	case percent > memoryError:
		s.find(p, planner.SeverityError, "ct:memory-exceeded", "A full table needs more memory than the machine has",
			fmt.Sprintf("The table would take %s. The kernel does not reserve it, and kills processes when it runs out. Choose a smaller max.", note))
	case percent > memoryWarning:
		s.find(p, planner.SeverityWarning, "ct:memory", "A full table takes much of the machine's memory",
			fmt.Sprintf("The table would take %s. Kernel memory cannot be swapped out, and the limit counts for each network namespace on its own.", note))
	}
}
