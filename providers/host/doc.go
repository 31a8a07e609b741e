// Package host is the one seam to the machine. Everything that ctplan reads,
// writes or runs outside its own configuration and state directories goes
// through the Host interface, so that a plan can be made for a live host, for
// another network namespace or root directory, or for a machine that exists
// only in a test.
//
// It never decides anything: no defaults, no retries, no interpretation of
// what it reads.
package host
