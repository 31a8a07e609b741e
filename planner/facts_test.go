package planner

import "testing"

func TestSameNetns(t *testing.T) {
	initial := Facts{BootID: "b1", NetnsInode: 1, InitNetns: true}
	web := Facts{BootID: "b1", NetnsInode: 2, NetnsName: "web"}
	unnamed := Facts{BootID: "b1", NetnsInode: 2}
	later := func(f Facts, inode uint64) Facts {
		f.BootID, f.NetnsInode = "b2", inode
		return f
	}
	for name, tc := range map[string]struct {
		a, b Facts
		want bool
	}{
		"the same":                              {web, web, true},
		"a name and its path":                   {web, Facts{BootID: "b1", NetnsInode: 2, NetnsName: "/run/netns/web"}, true},
		"made anew under its name":              {web, Facts{BootID: "b1", NetnsInode: 9, NetnsName: "web"}, true},
		"two names":                             {web, Facts{BootID: "b1", NetnsInode: 3, NetnsName: "db"}, false},
		"entered before ctplan was started":     {web, unnamed, true},
		"the initial one and a name":            {initial, web, false},
		"the initial one and an unnamed one":    {initial, unnamed, false},
		"the initial one after a boot":          {initial, later(initial, 5), true},
		"a name and the initial one, next boot": {web, later(initial, 5), false},
		"a name after a boot":                   {web, later(web, 7), true},
		"an unnamed one after a boot":           {unnamed, later(unnamed, 7), true},
	} {
		if got := tc.a.SameNetns(tc.b); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
		if got := tc.b.SameNetns(tc.a); got != tc.want {
			t.Errorf("%s, the other way round: %v", name, got)
		}
	}
}
