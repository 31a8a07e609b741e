// Package vm boots virtual machines for tests: real Debian kernels with
// loadable modules, and a whole Debian with systemd that can be rebooted or
// lose its power. It is for what a network namespace cannot show: table
// sizes, modules, blacklists, log backends, dynamic debug, tracepoints, and
// what a boot brings.
//
// A test names a [Scenario], a shell script in scenarios/, and runs it in the
// small guest ([Small]: one of three kernels and a handful of programs, some
// seconds) or in the whole one ([Whole]: Debian 12, booted as often as the
// test likes from one disk). The script reports verdicts, which become
// subtests.
//
// Everything is made from Debian's packages on first use and kept below the
// user's cache directory (ctplan-vm), named by a hash of its recipe; deleting
// that directory is always safe. The package never needs hardware
// virtualisation, never gives a guest a network, never runs two guests at
// once, and gives every step a time limit.
//
// The package lies under testdata so that ./... passes it by: its tests run
// only when asked for, with `make test-vm` or `go test ./testdata/vm`.
package vm
