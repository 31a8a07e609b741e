package sysctl

import (
	"context"
	"slices"

	"github.com/ctplan/ctplan/providers/bootconf"
)

// willLoad reports whether the same configuration loads a module that is not
// there, itself or because another one needs it: what the module brings does
// not exist while the plan is made, and will when it is applied.
func (s *session) willLoad(ctx context.Context, module string) bool {
	if module == "" {
		return false
	}
	if s.coming == nil {
		s.coming = map[string]bool{}
		s.findComing(ctx)
	}
	return s.coming[module]
}

func (s *session) findComing(ctx context.Context) {
	var declared []string
	for _, r := range s.req.All {
		state, _ := r.String("state")
		if module, _ := r.String("module"); r.Type == "kernel_module" && state != "unloaded" {
			declared = append(declared, module)
		}
	}
	if len(declared) == 0 {
		return
	}
	files, err := bootconf.ReadModules(ctx, s.req.Host, s.req.Facts.Kernel)
	if err != nil {
		return // whatever is wrong, the parameter is refused as missing
	}
	for _, module := range declared {
		for _, m := range append(slices.Clone(files.Depends(module)), module) {
			presence, err := bootconf.ReadPresence(ctx, s.req.Host, s.req.Facts.Kernel, m)
			if err == nil && presence == bootconf.Absent {
				s.coming[m] = true
			}
		}
	}
}

// await works out what a parameter will hold that comes with a module. What
// cannot be known before it is there, such as whether this kernel's module
// has the parameter at all, the apply finds out, and undoes everything.
func (s *session) await(p *parameter) {
	if isGlobal(p) && !s.req.Facts.InitNetns {
		s.refuseReadOnly(p)
		return
	}
	p.live = p.wanted // of the same number of fields
	s.settle(p)
	p.live, p.awaits = "", bootconf.ModuleOf(p.path)
	if p.note == "" {
		p.note = "comes with module " + p.awaits
	}
}
