package planner

import (
	"fmt"
	"strings"
)

// Shell returns commands that do to the host what the operation does, for
// reviewers and for hosts without ctplan. They neither verify nor undo.
func (o Operation) Shell() []string {
	switch o.Target.Kind {
	case KindSysctl:
		key := SysctlKey(o.Target.Name)
		if strings.Contains(o.Target.Name, ".") {
			key = o.Target.Name // sysctl(8) takes slashes where a name holds a dot
		}
		return []string{fmt.Sprintf("sysctl -w %s", quote(key+"="+text(o.After)))}
	case KindModule:
		if o.After == nil {
			return []string{"rmmod " + quote(o.Target.Name)}
		}
		argv := []string{"modprobe", quote(o.Target.Name)}
		for _, option := range ModuleOptions(o.After) {
			argv = append(argv, quote(option))
		}
		return []string{strings.Join(argv, " ")}
	case KindControl:
		return []string{echo(text(o.After), o.Target.Name)}
	case KindDebug:
		site, err := ParseDebugSite(o.Target.Name)
		if err != nil {
			return nil
		}
		return []string{echo(site.Query()+" ="+text(o.After), "/proc/dynamic_debug/control")}
	case KindTrace:
		return o.traceShell()
	case KindFlows:
		return o.flowsShell()
	case KindRules:
		return o.rulesShell()
	case KindFile:
		if o.After == nil {
			return []string{"rm -- " + quote(o.Target.Name)}
		}
		return []string{fmt.Sprintf("printf %%s %s | install -D -m %04o -o %d -g %d /dev/stdin %s",
			quote(o.After.Data), o.After.Mode, o.After.UID, o.After.GID, quote(o.Target.Name))}
	}
	return nil
}

// tracefs is where kernels from 4.1 on show their tracepoints.
const tracefs = "/sys/kernel/tracing/instances/"

func (o Operation) traceShell() []string {
	t, err := ParseTracepoint(o.Target.Name)
	if err != nil {
		return nil
	}
	dir := tracefs + t.Instance
	if t.Event == "" {
		if o.After == nil {
			return []string{"rmdir " + quote(dir)}
		}
		return []string{"mkdir " + quote(dir)}
	}
	dir += "/events/" + t.Group + "/" + t.Event
	on, filter := "0", "0"
	if o.After != nil {
		word, expression, filtered := strings.Cut(o.After.Data, ": ")
		if filtered {
			filter = expression
		}
		if word == TraceOn {
			on = "1"
		}
	}
	return []string{echo(filter, dir+"/filter"), echo(on, dir+"/enable")}
}

func echo(text, file string) string {
	return fmt.Sprintf("printf '%%s\\n' %s > %s", quote(text), quote(file))
}

// quote makes a word that a POSIX shell reads back as it is.
func quote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./=:,+@%", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
