// Package sysctl serves the conntrack and sysctl blocks: kernel parameters in
// the running kernel, and the files that bring them back at boot. It also
// answers the data blocks host, conntrack and sysctl.
//
// It reads, and proposes; it writes nothing and runs no program.
package sysctl
