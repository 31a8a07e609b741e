package trace

import (
	"context"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/host"
)

var update = flag.Bool("update", false, "write golden files anew")

// recorded is a host with an instance whose trace_pipe yields a file, a few
// bytes at a time.
type recorded struct {
	*host.Fake
	pipe string
}

func (r recorded) Follow(_ context.Context, path string, emit func([]byte) error) error {
	if path != "/sys/kernel/tracing/instances/ctplan/trace_pipe" {
		return os.ErrNotExist
	}
	for data := r.pipe; data != ""; {
		n := min(len(data), 7)
		if err := emit([]byte(data[:n])); err != nil {
			return err
		}
		data = data[n:]
	}
	return nil
}

func newRecorded(t *testing.T, kernel string) recorded {
	t.Helper()
	h := host.NewFake(planner.Facts{})
	formats := filepath.Join("testdata", "formats", kernel)
	entries, err := os.ReadDir(formats)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(formats, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		group := "tcp"
		if strings.HasPrefix(e.Name(), "inet_") {
			group = "sock"
		}
		h.SetControl("/sys/kernel/tracing/instances/ctplan/events/"+group+"/"+e.Name()+"/format", host.Control{Value: string(data), Mode: 0o440})
	}
	h.SetControl("/proc/uptime", host.Control{Value: "1000.00 1.00\n", Mode: 0o444})
	pipe, err := os.ReadFile(filepath.Join("testdata", kernel+".trace"))
	if err != nil {
		t.Fatal(err)
	}
	return recorded{h, string(pipe)}
}

func TestFollowSaysWhatHappened(t *testing.T) {
	boot := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, kernel := range []string{"4.19", "6.18"} {
		t.Run(kernel, func(t *testing.T) {
			var out strings.Builder
			err := Follow(context.Background(), newRecorded(t, kernel), FollowOptions{Now: func() time.Time { return boot.Add(1000 * time.Second) }}, func(h Happening) error {
				out.WriteString(h.String() + "\n")
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", kernel+".golden")
			if *update {
				if err := os.WriteFile(golden, []byte(out.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), out.String()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFollowEndsWithItsListener(t *testing.T) {
	enough := errors.New("enough")
	calls := 0
	err := Follow(context.Background(), newRecorded(t, "4.19"), FollowOptions{Now: time.Now}, func(Happening) error {
		calls++
		return enough
	})
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("%d calls, %v", calls, err)
	}
	err = Follow(context.Background(), newRecorded(t, "4.19"), FollowOptions{Instance: "other", Now: time.Now}, nil)
	if !errors.Is(err, ErrNoInstance) {
		t.Errorf("a missing instance: %v", err)
	}
	if err := Follow(context.Background(), host.NewFake(planner.Facts{}), FollowOptions{Now: time.Now}, nil); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a host that cannot be followed: %v", err)
	}
}

func TestControlCharactersOfTasksStayOut(t *testing.T) {
	r, err := ParseRecord("  \x1b[31mred-5 [001] ..... 1.000001: tcp_probe: x\x1b[0m")
	if err != nil {
		t.Fatal(err)
	}
	if text := (Happening{Record: r}).String(); strings.ContainsAny(text, "\x1b") {
		t.Errorf("%q", text)
	}
}

func TestFieldsOfFormats(t *testing.T) {
	data, err := os.ReadFile("testdata/formats/6.18/tcp_send_reset")
	if err != nil {
		t.Fatal(err)
	}
	f := ParseFormat(string(data))
	want := []string{"skbaddr", "skaddr", "state", "reason", "saddr", "daddr"}
	if diff := cmp.Diff(want, ownFields(f)); diff != "" {
		t.Error(diff)
	}
	got := Format{}.Values("a=1 b=two words c=")
	if diff := cmp.Diff(map[string]string{"a": "1", "b": "two", "c": ""}, got); diff != "" {
		t.Error(diff)
	}
	f = ParseFormat("print fmt: \"100%% of %s: comm=%s pid=%d\", REC->x\n")
	if diff := cmp.Diff(map[string]string{"comm": "two words", "pid": "7"}, f.Values("100% of it: comm=two words pid=7")); diff != "" {
		t.Error(diff)
	}
}

func TestFieldsOfFilters(t *testing.T) {
	for filter, want := range map[string][]string{
		"sport == 80":                            {"sport"},
		"sport==80||(dport!=81&&!(sport<5))":     {"sport", "dport"},
		`comm == "a == b" && common_pid > 1`:     {"comm", "common_pid"},
		"prev_comm ~ 'x*' || flags & 4":          {"prev_comm", "flags"},
		"saddr.ustring == 1":                     {"saddr"},
		"this is what the kernel has to refuse!": nil,
	} {
		if diff := cmp.Diff(want, filterFields(filter)); diff != "" {
			t.Errorf("%s:\n%s", filter, diff)
		}
	}
}

func FuzzParseRecord(f *testing.F) {
	for _, kernel := range []string{"4.19", "6.18"} {
		data, err := os.ReadFile(filepath.Join("testdata", kernel+".trace"))
		if err != nil {
			f.Fatal(err)
		}
		for line := range strings.Lines(string(data)) {
			f.Add(line)
		}
	}
	format, err := os.ReadFile("testdata/formats/6.18/tcp_send_reset")
	if err != nil {
		f.Fatal(err)
	}
	known := ParseFormat(string(format))
	f.Fuzz(func(t *testing.T, line string) {
		r, err := ParseRecord(line)
		if err != nil {
			return
		}
		if r.Event == "" || r.At < 0 || r.PID < 0 {
			t.Errorf("%q is %+v", line, r)
		}
		for _, f := range []Format{{}, known} {
			r.Values = f.Values(r.Text)
			if text := (Happening{Record: r}).String(); strings.ContainsAny(text, "\n\x1b") {
				t.Errorf("%q prints %q", line, text)
			}
		}
	})
}

func FuzzParseFormat(f *testing.F) {
	f.Add("name: x\nformat:\n\tfield:__u8 saddr[28];\toffset:32;\n\nprint fmt: \"a=%pISpc b=%-16s%%\", REC->a\n", "a=1 b=2")
	f.Fuzz(func(_ *testing.T, data, text string) {
		ParseFormat(data).Values(text)
	})
}
