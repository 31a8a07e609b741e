package trace

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"time"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
	"github.com/ctplan/ctplan/schema"
)

// FollowOptions choose what Follow reads.
type FollowOptions struct {
	// Instance is the tracefs instance; schema.DefaultInstance if empty.
	Instance string
	// Now is the clock.
	Now func() time.Time
}

// Happening is what Follow reports: an event, or a piece of news about the
// trace itself.
type Happening struct {
	// Time is when it happened, by the clock of the wall; good to some
	// milliseconds, and less on a machine that has slept.
	Time   time.Time
	Record Record
	// Err is a *LostError, or says that a line could not be read; there is
	// no record then.
	Err error
}

// String is the happening as people read it.
func (h Happening) String() string {
	text := h.Record.Sentence()
	if h.Err != nil {
		text = h.Err.Error()
	}
	return h.Time.Format("15:04:05.000000") + "  " + printable(text)
}

// printable replaces control characters: a task chooses its own name.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

// ErrNoInstance says that nothing records events: no tracepoint block has
// been applied since the last boot.
var ErrNoInstance = errors.New("there is no such trace instance: apply a tracepoint block first (tracepoints are off after a boot)")

// Follow reads the events of an instance as they come, until ctx is cancelled
// or emit fails. It takes what it reads out of the instance's buffer, so that
// of two followers each sees a part.
func Follow(ctx context.Context, h host.Host, o FollowOptions, emit func(Happening) error) error {
	if o.Instance == "" {
		o.Instance = schema.DefaultInstance
	}
	follower, ok := h.(host.Follower)
	if !ok {
		return fmt.Errorf("follow a trace: %w: this host is not a live one", errors.ErrUnsupported)
	}
	root, err := findRoot(ctx, h)
	if err != nil {
		return err
	}
	dir := instanceDir(root, o.Instance)
	if _, err := h.ReadDir(ctx, dir); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("instance %q: %w", o.Instance, ErrNoInstance)
	}
	start, err := bootTime(ctx, h, o.Now())
	if err != nil {
		return err
	}
	reader := &reader{ctx: ctx, host: h, dir: dir, formats: map[string]Format{}, start: start, now: o.Now, emit: emit}
	return follower.Follow(ctx, dir+"/trace_pipe", reader.add)
}

// bootTime is when the machine started.
func bootTime(ctx context.Context, h host.Host, now time.Time) (time.Time, error) {
	const name = "/proc/uptime"
	f, err := h.ReadFile(ctx, name)
	if err != nil {
		return time.Time{}, err
	}
	first, _, _ := strings.Cut(string(f.Data), " ")
	seconds, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", name, err)
	}
	return now.Add(-time.Duration(seconds * float64(time.Second))), nil
}

// reader makes lines of what comes, and happenings of lines.
type reader struct {
	ctx     context.Context
	host    host.Host
	dir     string
	formats map[string]Format // by event
	start   time.Time
	now     func() time.Time
	emit    func(Happening) error
	rest    []byte // the beginning of a line
}

func (r *reader) add(data []byte) error {
	r.rest = append(r.rest, data...)
	for {
		end := bytes.IndexByte(r.rest, '\n')
		if end < 0 {
			return nil
		}
		line := string(r.rest[:end])
		r.rest = r.rest[end+1:]
		if err := r.line(line); err != nil {
			return err
		}
	}
}

func (r *reader) line(line string) error {
	record, err := ParseRecord(line)
	if errors.Is(err, ErrNotEvent) {
		return nil
	}
	if err != nil {
		return r.emit(Happening{Time: r.now(), Err: err})
	}
	record.Values = r.format(record.Event).Values(record.Text)
	return r.emit(Happening{Time: r.start.Add(record.At), Record: record})
}

// format is the format of an event, which a line names without its group. A
// wrong group of the same name would have another print format, and the
// fields are then found by their keys.
func (r *reader) format(event string) Format {
	if f, known := r.formats[event]; known {
		return f
	}
	f := Format{}
	for _, t := range []planner.Tracepoint{{Group: "tcp"}, {Group: "sock"}, {Group: "skb"}, {Group: "net"}} {
		content, err := r.host.ReadFile(r.ctx, r.dir+"/events/"+t.Group+"/"+event+"/format")
		if err == nil {
			f = ParseFormat(string(content.Data))
			break
		}
	}
	r.formats[event] = f
	return f
}
