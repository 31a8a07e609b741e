package sysctl

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// checkMount reports a /proc/sys that is mounted read-only, as in most
// containers: its files look writable, and a write fails with EROFS. It looks
// once, at the first parameter that has to change, and says so once.
func (s *session) checkMount(ctx context.Context, p *parameter) {
	if s.mounted || equal(p.live, p.want) {
		return
	}
	s.mounted = true
	f, err := s.req.Host.ReadFile(ctx, "/proc/self/mountinfo")
	if err != nil || !readOnly(string(f.Data), procSys+p.path) {
		return
	}
	s.refuse(p, "/proc/sys is mounted read-only", fmt.Sprintf(
		"%s has to change from %s to %s, and no kernel parameter can be written here. This is usual in a container: run ctplan on the host (with -netns for the container's network namespace), or give the container the privilege.",
		p.key(), fields(p.live), p.want))
}

// readOnly reports whether the mount that a path lies on is read-only. Of
// several mounts on one directory the last covers the others. Source:
// proc_pid_mountinfo(5): the mount point is the fifth field, its options the
// sixth.
func readOnly(mountinfo, path string) bool {
	best, ro := "", false
	for _, line := range strings.Split(mountinfo, "\n") {
		f := strings.Fields(line)
		if len(f) < 6 {
			continue
		}
		point := strings.TrimSuffix(f[4], "/") + "/"
		if strings.HasPrefix(path, point) && len(point) >= len(best) {
			best, ro = point, slices.Contains(strings.Split(f[5], ","), "ro")
		}
	}
	return ro
}
