// Package syslog serves the log_route block: drop-ins that have rsyslog write
// the kernel's log lines with a prefix to a file of their own, and logrotate
// rotate that file.
//
// Planning reads, and runs rsyslogd and logrotate on candidates only, in the
// modes in which they change nothing.
package syslog
