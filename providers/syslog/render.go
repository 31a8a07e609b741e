package syslog

import (
	"fmt"
	"strings"
)

const header = "# Managed by ctplan: changes made by hand are found as drift and overwritten.\n"

// rsyslog is the drop-in for rsyslog.
func (r *route) rsyslog() string {
	var out strings.Builder
	out.WriteString(header)
	fmt.Fprintf(&out, "# %s\n\n", comment(r.address))
	fmt.Fprintf(&out, "if $syslogfacility == 0 and %s then {\n", r.condition())
	fmt.Fprintf(&out, "    action(type=\"omfile\" file=%s", literal(r.file))
	for _, p := range []struct{ name, value string }{{"fileOwner", r.owner}, {"fileGroup", r.group}, {"fileCreateMode", r.mode}} {
		if p.value != "" {
			fmt.Fprintf(&out, " %s=%s", p.name, literal(p.value))
		}
	}
	out.WriteString(")\n")
	if r.stop {
		out.WriteString("    stop\n")
	}
	out.WriteString("}\n")
	return out.String()
}

// leading is what stands before the kernel's own text: imklog leaves the time
// of the kernel's ring buffer in it ("[    9.044364] "), or, told to parse
// that, a blank.
const leading = `^ ?(\[ *[0-9]+\.[0-9]+\] ?)?`

// condition selects the lines. Looking for the text first keeps the regular
// expression away from every other line of the kernel.
func (r *route) condition() string {
	contains := "$msg contains " + literal(r.prefix)
	if r.contains {
		return contains
	}
	return contains + " and re_match($msg, " + literal(leading+escapeRegexp(r.prefix)) + ")"
}

// escapeRegexp writes a text as a POSIX extended regular expression.
func escapeRegexp(s string) string {
	var out strings.Builder
	for _, c := range []byte(s) {
		if strings.IndexByte(`\.[]{}()*+?^$|`, c) >= 0 {
			out.WriteByte('\\')
		}
		out.WriteByte(c)
	}
	return out.String()
}

// literal writes a text as a string constant of RainerScript. Everything but
// plain characters goes in by its number, which no quoting rule touches.
func literal(s string) string {
	var out strings.Builder
	out.WriteByte('"')
	for _, c := range []byte(s) {
		switch {
		case c == '\\':
			out.WriteString(`\\`)
		case c < ' ' || c > '~' || c == '"' || c == '$' || c == '\'' || c == '%' || c == '`':
			fmt.Fprintf(&out, `\x%02x`, c)
		default:
			out.WriteByte(c)
		}
	}
	out.WriteByte('"')
	return out.String()
}

// logrotate is the drop-in for logrotate. reopen is the command that has
// rsyslog open its files anew.
func (r *route) logrotate(su, reopen string) string {
	t := r.rotation
	var out strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&out, "    "+format+"\n", args...) }
	out.WriteString(header)
	fmt.Fprintf(&out, "# %s\n\n%s {\n", comment(r.address), r.file)
	if su != "" {
		line("su %s", su)
	}
	line("%s", t.frequency)
	line("rotate %d", t.keep)
	if t.maxSize > 0 {
		line("maxsize %d", t.maxSize)
	}
	line("missingok")
	line("notifempty")
	if t.compress {
		line("compress")
		if !t.copytruncate {
			line("delaycompress") // rsyslog may still write to the file for a moment
		}
	} else {
		line("nocompress")
	}
	switch {
	case t.dateext && t.maxSize > 0:
		line("dateext")
		line("dateformat -%%Y%%m%%d-%%s") // more than one on a day
	case t.dateext:
		line("dateext")
	default:
		line("nodateext")
	}
	if t.copytruncate {
		line("copytruncate")
	} else {
		line("nocopytruncate")
		line("%s", strings.TrimRight(fmt.Sprintf("create %s %s", r.mode, r.account()), " "))
	}
	r.scripts(line, reopen)
	out.WriteString("}\n")
	return out.String()
}

// account is the owner and the group of a new file, where both are known.
func (r *route) account() string {
	if r.owner == "" || r.group == "" {
		return ""
	}
	return r.owner + " " + r.group
}

// scripts adds what runs before and after a rotation.
func (r *route) scripts(line func(string, ...any), reopen string) {
	t := r.rotation
	if t.appendOnly {
		line("prerotate")
		line("    %s -a %s", chattr, r.file)
		line("endscript")
	}
	if t.copytruncate && !t.appendOnly {
		return
	}
	line("postrotate")
	if t.appendOnly {
		line("    %s +a %s", chattr, r.file)
	}
	if !t.copytruncate {
		line("    %s", reopen)
	}
	line("endscript")
}

const chattr = "/usr/bin/chattr"
