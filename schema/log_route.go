package schema

import (
	"fmt"
	"path"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"
)

// logRouteTable is the table of log_route blocks.
var logRouteTable = BlockType{
	Name:    "log_route",
	Summary: "A file of its own for kernel log lines with a prefix (rsyslog), and its rotation (logrotate).",
	Description: "Writes a drop-in for rsyslog, which is restarted when it changes, and one for logrotate where there is a `rotate` block. Both are checked by the programs themselves before anything is written.\n\n" +
		"Only lines of the kernel count, so that no user's program can put lines into the file. The prefix is looked for at the beginning of the line, behind the time that the kernel prints and the blank that rsyslog leaves in front, " +
		"which is why a plain `startswith` of rsyslog finds nothing on most systems. " +
		"Lines of NFLOG rules do not come by here: a program such as ulogd writes those.",
	Attributes: []Attribute{
		{Name: "prefix", Type: TypeString, Required: true, Convert: prefixText,
			Description: "The prefix, usually that of a rule: `log_rule.NAME.prefix`."},
		{Name: "file", Type: TypeString, Required: true, Convert: oneValue(logFile),
			Description: "The log file, an absolute path. Directories that are missing are made by rsyslog."},
		{Name: "match", Type: TypeEnum, Default: "startswith", Enum: []EnumValue{
			{Word: "startswith", Description: "the line begins with the prefix"},
			{Word: "contains", Description: "the prefix is anywhere in the line"},
		}, Description: "Where in the line the prefix is looked for."},
		{Name: "stop", Type: TypeBool, Default: "false", Description: "Keep the lines out of all other logs of rsyslog."},
		{Name: "owner", Type: TypeString, Convert: oneValue(accountName), Description: "User who owns the file when rsyslog makes it; rsyslog's own default when not set."},
		{Name: "group", Type: TypeString, Convert: oneValue(accountName), Description: "Group of the file when rsyslog makes it."},
		{Name: "mode", Type: TypeString, Default: "0640", Convert: oneValue(fileMode), Description: "Permissions of the file when rsyslog makes it, octal."},
	},
	Blocks: []NestedBlock{{
		Name:        "rotate",
		Description: "Rotate the file with logrotate.",
		Attributes: []Attribute{
			{Name: "frequency", Type: TypeEnum, Default: "daily", Description: "How often, at most once for each run of logrotate, which most systems start once a day.", Enum: []EnumValue{
				{Word: "hourly"}, {Word: "daily"}, {Word: "weekly"}, {Word: "monthly"}, {Word: "yearly"}}},
			{Name: "keep", Type: TypeNumber, Default: "7", Min: int64Ptr(0), Max: int64Ptr(100000), Description: "How many rotated files are kept."},
			{Name: "max_size", Type: TypeSize, Unit: "bytes", Min: int64Ptr(1), Description: "Rotate earlier once the file is larger, when logrotate runs."},
			{Name: "copytruncate", Type: TypeBool, Default: "false", Description: "Copy the file and empty it, instead of having rsyslog open a new one. Lines that come in between are lost."},
			{Name: "compress", Type: TypeBool, Default: "false", Description: "Compress rotated files."},
			{Name: "dateext", Type: TypeBool, Default: "false", Description: "Name rotated files by date instead of by number."},
			{Name: "append_only", Type: TypeBool, Default: "false", Description: "Make the file append-only (chattr +a) after each rotation; the attribute is taken off while it is rotated. Needs a file system with that attribute."},
			{Name: "su", Type: TypeString, Convert: oneValue(userAndGroup), Description: "User and group as whom to rotate, `\"root adm\"`. Worked out from the directory where logrotate demands it."},
		},
	}},
	Check: checkLogRoute,
	Example: `log_route "resets" {
  prefix = "[drds] "
  file   = "/var/log/drds-tcp.log"
  stop   = true
  rotate {
    frequency = "daily"
    keep      = 30
    compress  = true
    dateext   = true
  }
}
`,
}

// inLogFile reports whether a character can stand in the name of a log file:
// rsyslog and logrotate give a meaning to most others.
func inLogFile(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("/._-+@=:,", r)
}

func logFile(s string) (string, error) {
	switch {
	case !path.IsAbs(s):
		return "", fmt.Errorf("%s is not an absolute path", quoted(s))
	case strings.ContainsFunc(s, func(r rune) bool { return !inLogFile(r) }):
		return "", fmt.Errorf("%s cannot be given to both rsyslog and logrotate: letters, digits and /._-+@=:, are possible", quoted(s))
	case path.Clean(s) != s || s == "/":
		return "", fmt.Errorf("%s is not the plain path of a file: write %q", quoted(s), path.Clean(s))
	case len(s) > 200:
		return "", fmt.Errorf("the path has %d bytes, and 200 are the most", len(s))
	}
	for _, dir := range []string{"/proc/", "/sys/", "/dev/", "/etc/"} {
		if strings.HasPrefix(s, dir) {
			return "", fmt.Errorf("%s is no place for a log file", quoted(s))
		}
	}
	return s, nil
}

func accountName(s string) (string, error) {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return "", fmt.Errorf("%s is not the name of an account: letters, digits, dots, dashes and underscores are possible", quoted(s))
		}
	}
	if s == "" || len(s) > 32 {
		return "", fmt.Errorf("%s is not the name of an account: it has 1 to 32 bytes", quoted(s))
	}
	return s, nil
}

func userAndGroup(s string) (string, error) {
	words := strings.Fields(s)
	if len(words) != 2 {
		return "", fmt.Errorf("%s is not a user and a group, as in \"root adm\"", quoted(s))
	}
	for _, w := range words {
		if _, err := accountName(w); err != nil {
			return "", err
		}
	}
	return strings.Join(words, " "), nil
}

func fileMode(s string) (string, error) {
	n, err := strconv.ParseUint(s, 8, 32)
	switch {
	case err != nil:
		return "", fmt.Errorf("%s is not an octal mode like \"0640\"", quoted(s))
	case n > 0o777 || n&0o111 != 0:
		return "", fmt.Errorf("%s is not a mode for a log file: it is between 0000 and 0666, without execute bits", quoted(s))
	case n&0o200 == 0:
		return "", fmt.Errorf("%s does not let the owner write", quoted(s))
	}
	return fmt.Sprintf("%04o", n), nil
}

func checkLogRoute(r *Resource) []Problem {
	var out []Problem
	if prefix, ok := r.String("prefix"); ok && len(prefix) > MaxLogPrefix {
		out = append(out, Problem{Attribute: "prefix", Summary: "Prefix too long",
			Detail: fmt.Sprintf("The prefix has %d bytes, and LOG keeps %d: no line of the kernel begins with it.", len(prefix), MaxLogPrefix)})
	}
	if mode, ok := r.String("mode"); ok && strings.HasSuffix(mode, "6") || ok && strings.HasSuffix(mode, "2") {
		out = append(out, Problem{Attribute: "mode", Warning: true, Summary: "Everybody may write to the log",
			Detail: "The last digit of the mode lets all users change the file."})
	}
	a, ok := r.Attrs["rotate"]
	if !ok || a.Value.IsNull() || !a.Value.IsWhollyKnown() {
		return out
	}
	keep := a.Value.GetAttr("keep")
	if compress := a.Value.GetAttr("compress"); !keep.IsNull() && keep.Equals(cty.Zero).True() && !compress.IsNull() && compress.True() {
		out = append(out, Problem{Attribute: "rotate", Warning: true, Summary: "Compression of nothing",
			Detail: "keep is 0: rotated files are removed at once, so compress has no effect."})
	}
	return out
}
