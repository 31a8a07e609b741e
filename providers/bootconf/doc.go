// Package bootconf reads what a host's files say about its next boot: kernel
// parameters from sysctl.d, modules from modules-load.d, and the rules for
// loading them from modprobe.d and the kernel's command line. It follows the
// precedence of systemd and kmod, and remembers file and line of everything
// that it reports.
//
// It only reads: which file should be changed, and how, is for its callers.
package bootconf
