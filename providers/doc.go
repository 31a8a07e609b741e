// Package providers knows every provider: it hands declared resources to
// those that serve them, and data blocks to those that answer them. There is
// one package per kernel subsystem beside it.
//
// Providers read the host and never change it.
package providers
