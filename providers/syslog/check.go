package syslog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/ctplan/ctplan/planner"
)

// checkOwner reports a file of the drop-in's name that ctplan did not write.
func (p *proposal) checkOwner(f *dropIn) {
	_, owned := p.req.Managed.Originals[planner.FileTarget(f.path).ID()]
	if owned || f.live == nil || !f.changes() {
		return
	}
	finding := planner.SeverityError
	detail := "It holds something that ctplan did not write, and would be replaced as a whole. Move it away, or give the block another name."
	if strings.HasPrefix(f.live.Data, header) {
		finding, detail = planner.SeverityWarning, "It is from a ctplan whose state is gone, and will be replaced. `ctplan destroy` will then restore it as it is now."
	}
	p.find(f.attribute, finding, "syslog:foreign-file", f.path+" exists already", detail)
}

// checkCandidate has the program that will read a drop-in look at it first.
func (p *proposal) checkCandidate(ctx context.Context, f *dropIn) {
	err := f.check(ctx, p.req.Host, f.want)
	var refused *CheckError
	switch {
	case err == nil:
	case errors.As(err, &refused):
		p.refuse(f.attribute, "The drop-in "+f.path+" is not accepted", refused.Error()+".")
	default:
		p.find(f.attribute, planner.SeverityWarning, "syslog:unchecked", f.path+" could not be checked",
			fmt.Sprintf("%v. The drop-in is written without the program's own check.", err))
	}
}

// check says what stands in the way of lines, or of their rotation.
func (p *proposal) check(ctx context.Context) {
	p.checkRules()
	p.checkOtherRotation(ctx)
	p.checkLogFile(ctx)
}

// checkRules warns of rules with this prefix whose packets do not come by the
// kernel's log.
func (p *proposal) checkRules() {
	for _, r := range p.req.All {
		prefix, _ := r.String("prefix")
		target, _ := r.String("target")
		if r.Type == "log_rule" && target == "NFLOG" && prefix == p.route.prefix {
			p.find("prefix", planner.SeverityWarning, "syslog:nflog",
				"Packets of "+r.Address+" do not reach rsyslog",
				fmt.Sprintf("%s has the target NFLOG: its packets go to a program such as ulogd, and not to the kernel log. Use the target LOG there.", r.Address))
		}
	}
}

// checkOtherRotation reports another drop-in of logrotate that rotates the
// same file: logrotate refuses the second one.
func (p *proposal) checkOtherRotation(ctx context.Context) {
	if p.route.rotation == nil {
		return
	}
	const dir = "/etc/logrotate.d"
	names := []string{"/etc/logrotate.conf"}
	entries, err := p.req.Host.ReadDir(ctx, dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return
	}
	for _, e := range entries {
		names = append(names, path.Join(dir, e.Name))
	}
	for _, name := range names {
		f, err := p.req.Host.ReadFile(ctx, name)
		if err != nil || name == p.route.logrotateFile() {
			continue
		}
		for _, pattern := range rotated(string(f.Data)) {
			if hit, err := path.Match(pattern, p.route.file); err == nil && hit {
				p.find("file", planner.SeverityError, "syslog:rotated-twice",
					fmt.Sprintf("%s rotates %s already", name, p.route.file),
					fmt.Sprintf("logrotate refuses a second entry for a file (%q in %s). Take it out there, or leave the rotate block out.", pattern, name))
				return
			}
		}
	}
}

// rotated lists the files, or patterns, of a logrotate configuration: the
// words before each brace. Scripts within braces are left out.
func rotated(data string) []string {
	var out []string
	inside := 0
	for line := range strings.Lines(data) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") {
			continue
		}
		for _, word := range strings.Fields(line) {
			switch {
			case word == "{" || strings.HasSuffix(word, "{"):
				if name := strings.Trim(strings.TrimSuffix(word, "{"), `"'`); inside == 0 && strings.HasPrefix(name, "/") {
					out = append(out, name)
				}
				inside++
			case word == "}":
				inside = max(0, inside-1)
			case inside == 0:
				if name := strings.Trim(word, `"'`); strings.HasPrefix(name, "/") {
					out = append(out, name)
				}
			}
		}
	}
	return out
}

// checkLogFile warns of a log file that is there already with another owner
// or other permissions: rsyslog sets them only where it makes the file.
func (p *proposal) checkLogFile(ctx context.Context) {
	if !p.native() {
		return
	}
	now, there := stat(ctx, p.req.Host, p.route.file)
	if !there {
		return
	}
	var differ []string
	var mode uint64
	if _, err := fmt.Sscanf(p.route.mode, "%o", &mode); err == nil && now.mode != mode {
		differ = append(differ, fmt.Sprintf("mode %04o instead of %s", now.mode, p.route.mode))
	}
	if p.route.owner != "" && now.owner != p.route.owner {
		differ = append(differ, fmt.Sprintf("owner %s instead of %s", now.owner, p.route.owner))
	}
	if p.route.group != "" && now.group != p.route.group {
		differ = append(differ, fmt.Sprintf("group %s instead of %s", now.group, p.route.group))
	}
	if len(differ) > 0 {
		p.find("file", planner.SeverityWarning, "syslog:file-exists",
			fmt.Sprintf("%s is there already, with %s", p.route.file, strings.Join(differ, ", ")),
			"rsyslog gives owner and mode to a file that it makes, and leaves one that is there as it is. Change it yourself (chown, chmod), or let the next rotation make a new one.")
	}
}

// checkRsyslogConf warns where rsyslog does not read its drop-ins, or no
// lines of the kernel.
func (s *session) checkRsyslogConf(ctx context.Context) {
	const main = "/etc/rsyslog.conf"
	f, err := s.req.Host.ReadFile(ctx, main)
	if err != nil || len(s.req.Resources) == 0 || s.diags.HasErrors() {
		return
	}
	includes, input := false, false
	for line := range strings.Lines(string(f.Data)) {
		if line = strings.TrimSpace(line); strings.HasPrefix(line, "#") {
			continue
		}
		includes = includes || strings.Contains(line, "/etc/rsyslog.d")
		input = input || strings.Contains(line, "imklog") || strings.Contains(line, "imjournal")
	}
	p := &proposal{session: s, resource: s.req.Resources[0]}
	if !includes {
		p.find("", planner.SeverityWarning, "syslog:no-include", main+" does not read /etc/rsyslog.d",
			"The drop-in will have no effect. Add: include(file=\"/etc/rsyslog.d/*.conf\" mode=\"optional\")")
	}
	if !input {
		p.find("", planner.SeverityWarning, "syslog:no-kernel-input", main+" reads no lines of the kernel",
			"Neither imklog nor imjournal is loaded there. Add: module(load=\"imklog\")")
	}
}
