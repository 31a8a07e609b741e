package providers

import (
	"github.com/ctplan/ctplan/providers/kmod"
	"github.com/ctplan/ctplan/providers/nflog"
	"github.com/ctplan/ctplan/providers/provider"
	"github.com/ctplan/ctplan/providers/sysctl"
	"github.com/ctplan/ctplan/providers/syslog"
	"github.com/ctplan/ctplan/providers/trace"
	"github.com/ctplan/ctplan/providers/xtables"
)

// All returns every provider. A new kernel subsystem is one line here, one
// table in package schema and one package beside this one.
func All() []provider.Provider {
	return []provider.Provider{
		sysctl.Provider{},
		xtables.Provider{},
		kmod.Provider{},
		nflog.Provider{},
		syslog.Provider{},
		trace.Provider{},
	}
}
