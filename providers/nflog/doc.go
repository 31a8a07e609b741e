// Package nflog serves the log_backend block: which logger prints the
// kernel's own packet messages of each protocol family.
//
// It reads, and proposes; it writes nothing and runs no program.
package nflog
