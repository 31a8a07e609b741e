// Package xtables serves notrack and log_rule blocks: it makes packet filter
// rules of them, brings the rules into the form in which this host's iptables
// lists them, reads what the host has, and writes one transaction per table.
//
// What it owns are the chains CTPLAN-* and the jumps to them (see package
// ruleset). It never changes, moves or counts anew a rule of anybody else,
// never runs iptables-legacy where that would create its tables, and trusts
// neither exit codes nor iptables-restore --test alone.
package xtables
