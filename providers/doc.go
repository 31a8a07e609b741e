// Package providers turns declared resources into proposals: what the host
// holds now and what it should hold, target by target. There is one
// subpackage per kernel subsystem.
//
// Providers read the host and never change it.
package providers
