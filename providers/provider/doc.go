// Package provider is what a kernel subsystem implements to take part in
// plans: it answers resources with proposals, and data blocks with values.
//
// It holds no provider and does no I/O; package providers knows them all.
package provider
