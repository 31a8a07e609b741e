package syslog

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/ctplan/ctplan/schema"
)

// route is a log_route block as values.
type route struct {
	address            string
	prefix, file       string
	contains, stop     bool
	owner, group, mode string
	rotation           *rotation // nil where there is no block
}

// rotation is the block rotate.
type rotation struct {
	frequency                                   string
	keep, maxSize                               int64 // maxSize 0: no limit
	copytruncate, compress, dateext, appendOnly bool
	su                                          string
}

func newRoute(r *schema.Resource) *route {
	out := &route{address: r.Address, mode: "0640"}
	out.prefix, _ = r.String("prefix")
	out.file, _ = r.String("file")
	match, _ := r.String("match")
	out.contains = match == "contains"
	out.stop, _ = r.Bool("stop")
	out.owner, _ = r.String("owner")
	out.group, _ = r.String("group")
	if mode, set := r.String("mode"); set {
		out.mode = mode
	}
	block, set := r.Attrs["rotate"]
	if !set {
		return out
	}
	values := block.Value.AsValueMap()
	text := func(name, otherwise string) string {
		if v := values[name]; !v.IsNull() {
			return v.AsString()
		}
		return otherwise
	}
	number := func(name string, otherwise int64) int64 {
		if v := values[name]; !v.IsNull() {
			otherwise, _ = v.AsBigFloat().Int64()
		}
		return otherwise
	}
	truth := func(name string) bool { return !values[name].IsNull() && values[name].True() }
	out.rotation = &rotation{
		frequency: text("frequency", "daily"), keep: number("keep", 7), maxSize: number("max_size", 0),
		copytruncate: truth("copytruncate"), compress: truth("compress"), dateext: truth("dateext"), appendOnly: truth("append_only"),
		su: text("su", ""),
	}
	return out
}

// rsyslogFile is the drop-in of a route. 10 goes before the distributions'
// own rules, so that stop keeps lines out of them.
func (r *route) rsyslogFile() string { return "/etc/rsyslog.d/10-ctplan-" + slug(r.address) + ".conf" }

// logrotateFile is the drop-in for the rotation of the route's file.
func (r *route) logrotateFile() string { return "/etc/logrotate.d/ctplan-" + slug(r.address) }

// slug makes a file name of an address: different ones for different
// addresses, and readable.
func slug(address string) string {
	const longest = 80
	name := strings.TrimPrefix(address, "log_route.")
	clean := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '-'
	}, name)
	if clean == name && len(clean) <= longest && !endsInDigest(clean) {
		return clean
	}
	sum := sha256.Sum256([]byte(address))
	return strings.Trim(clean[:min(len(clean), longest)], "-") + "-" + hex.EncodeToString(sum[:digestBytes])
}

const digestBytes = 4

// endsInDigest reports whether a plain name looks like one that was made.
func endsInDigest(name string) bool {
	at := len(name) - 2*digestBytes
	if at < 1 || name[at-1] != '-' {
		return false
	}
	_, err := hex.DecodeString(name[at:])
	return err == nil
}

// comment makes an address safe inside a comment.
func comment(address string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, address)
}
