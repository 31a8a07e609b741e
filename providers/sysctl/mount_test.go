package sysctl

import "testing"

func TestReadOnly(t *testing.T) {
	const (
		root   = "22 1 254:0 / / ro,relatime - ext4 /dev/root rw\n"
		proc   = "23 22 0:21 / /proc rw,nosuid shared:3 - proc proc rw\n"
		sys    = "24 23 0:21 /sys /proc/sys ro,nosuid - proc proc rw\n"
		net    = "25 24 0:21 /sys/net /proc/sys/net rw,nosuid - proc proc rw\n"
		binfmt = "26 24 0:22 / /proc/sys/fs/binfmt_misc ro - autofs none rw\n"
	)
	tests := map[string]struct {
		mounts string
		want   bool
	}{
		"a plain host":                    {root + proc, false},
		"a container":                     {root + proc + sys, true},
		"a container with net writable":   {root + proc + sys + net, false},
		"a mount elsewhere":               {root + proc + binfmt, false},
		"a mount over another":            {root + proc + sys + "27 23 0:21 /sys /proc/sys rw - proc proc rw\n", false},
		"nothing known":                   {"", false},
		"a directory with a similar name": {root + proc + "24 23 0:21 / /proc/sys/ne ro - proc proc rw\n", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := readOnly(test.mounts, "/proc/sys/net/ipv4/ip_forward"); got != test.want {
				t.Errorf("readOnly = %t", got)
			}
		})
	}
}
