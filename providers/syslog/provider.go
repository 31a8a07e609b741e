package syslog

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/hashicorp/hcl/v2"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/schema"
)

// Provider serves the block log_route. The zero value is ready.
type Provider struct{}

var _ provider.Provider = Provider{}

// Types implements provider.Provider.
func (Provider) Types() []string { return []string{"log_route"} }

// Propose implements provider.Provider.
func (Provider) Propose(ctx context.Context, req provider.Request) (provider.Answer, hcl.Diagnostics) {
	s := &session{req: req}
	var answer provider.Answer
	for _, r := range req.Resources {
		p := &proposal{session: s, resource: r, route: newRoute(r), out: provider.Proposal(r)}
		p.propose(ctx)
		answer.Proposals = append(answer.Proposals, p.out)
	}
	s.checkRsyslogConf(ctx)
	answer.Findings = s.findings
	return answer, s.diags
}

// session is one Propose.
type session struct {
	req      provider.Request
	findings []planner.Finding
	diags    hcl.Diagnostics
}

// proposal is one log_route block.
type proposal struct {
	*session
	resource *schema.Resource
	route    *route
	out      planner.Proposal
}

func (p *proposal) place(attribute string) *hcl.Range {
	if a, set := p.resource.Attrs[attribute]; set {
		return a.Range.Ptr()
	}
	return p.resource.Range.Ptr()
}

func (p *proposal) refuse(attribute, summary, detail string) {
	p.diags = append(p.diags, &hcl.Diagnostic{Severity: hcl.DiagError, Summary: summary, Detail: detail, Subject: p.place(attribute)})
}

func (p *proposal) find(attribute string, severity planner.Severity, code, summary, detail string) {
	p.findings = append(p.findings, planner.Finding{
		Severity: severity, Code: code, Summary: summary, Detail: detail, Address: p.resource.Address, Subject: p.place(attribute),
	})
}

// native reports whether the programs of this machine are the host's own:
// under -root they belong to the running system.
func (s *session) native() bool { return s.req.Facts.Root == "/" }

func (p *proposal) propose(ctx context.Context) {
	if !p.req.Facts.Boots() {
		p.refuse("", "The log daemon belongs to the whole machine", fmt.Sprintf(
			"%s would write to /etc of the machine, and this plan is for a network namespace. Declare it in the configuration of the host itself; LOG rules of a namespace print only with log_backend all_netns = true.", p.resource.Address))
		return
	}
	if !p.programs(ctx) {
		return
	}
	files, ok := p.files(ctx)
	if !ok {
		return
	}
	p.rows(files)
	for _, f := range files {
		p.out.Settings = append(p.out.Settings, f.setting())
		p.checkOwner(f)
		if f.changes() && p.native() {
			p.checkCandidate(ctx, f)
		}
	}
	p.check(ctx)
}

// programs makes sure that there is something to read the drop-ins.
func (p *proposal) programs(ctx context.Context) bool {
	complete := true
	need := func(attribute, program, why string) {
		if _, there := installed(ctx, p.req.Host, program); !there {
			p.refuse(attribute, program+" is not installed", fmt.Sprintf("%s %s. Install it, or leave the block out.", program, why))
			complete = false
		}
	}
	need("", "rsyslogd", "writes the log file; there is none on this host (package rsyslog)")
	if t := p.route.rotation; t != nil {
		need("rotate", "logrotate", "rotates the log file; there is none on this host (package logrotate)")
		if t.appendOnly {
			need("rotate", path.Base(chattr), "makes the log file append-only; there is none on this host (package e2fsprogs)")
		}
	}
	return complete
}

// files are the drop-ins of the block, with what is there now.
func (p *proposal) files(ctx context.Context) ([]*dropIn, bool) {
	list := []*dropIn{{attribute: "file", path: p.route.rsyslogFile(), want: p.route.rsyslog(), reload: Service, check: checkRsyslog}}
	if p.route.rotation != nil {
		list = append(list, &dropIn{attribute: "rotate", path: p.route.logrotateFile(), want: p.route.logrotate(p.su(ctx), p.reopen(ctx)), check: checkLogrotate})
	}
	for _, f := range list {
		content, err := p.req.Host.ReadFile(ctx, f.path)
		switch {
		case err == nil:
			f.live = &planner.State{Data: string(content.Data), Mode: content.Mode, UID: content.UID, GID: content.GID}
		case !errors.Is(err, fs.ErrNotExist):
			p.refuse(f.attribute, f.path+" cannot be read", fmt.Sprintf("%v.", err))
			return nil, false
		}
	}
	return list, true
}

// su is the user and group as whom to rotate: logrotate refuses a directory
// that others than root may write to, unless it is told.
func (p *proposal) su(ctx context.Context) string {
	if p.route.rotation.su != "" || !p.native() {
		return p.route.rotation.su
	}
	dir, there := stat(ctx, p.req.Host, path.Dir(p.route.file))
	const groupWrite, othersWrite = 0o020, 0o002
	if !there || dir.mode&othersWrite == 0 && (dir.mode&groupWrite == 0 || dir.group == "root") {
		return ""
	}
	p.out.Notes = append(p.out.Notes, fmt.Sprintf("rotates as %s:%s, since others than root may write to %s", dir.owner, dir.group, path.Dir(p.route.file)))
	return dir.owner + " " + dir.group
}

// rsyslogRotate is Debian's command to have rsyslog reopen its files.
const rsyslogRotate = "/usr/lib/rsyslog/rsyslog-rotate"

func (p *proposal) reopen(ctx context.Context) string {
	if _, err := p.req.Host.ReadFile(ctx, rsyslogRotate); err == nil {
		return rsyslogRotate
	}
	return "/bin/kill -HUP $(cat /run/rsyslogd.pid /run/syslogd.pid 2>/dev/null | head -n 1) 2>/dev/null || true"
}
