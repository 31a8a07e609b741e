// Package ruleset is the text of ctplan's part of the packet filter: the
// chains named CTPLAN-*, the rules in them, and the jumps that call them from
// the built-in chains of one table. The text is what iptables-save prints,
// reduced to that part, so that people can read it and iptables-restore could.
//
//	*raw
//	:CTPLAN-PRE - [0:0]
//	-A PREROUTING -m comment --comment "ctplan:jump:PREROUTING:first" -j CTPLAN-PRE
//	-A CTPLAN-PRE -p udp -m udp --dport 53 -m comment --comment "ctplan:notrack.dns" -j NOTRACK
//	COMMIT
//
// A jump carries its declared position in its comment. Where it stands there,
// its line begins with -A; where it does not, with -I, the chain and its rule
// number. Two texts of the same part are therefore equal exactly if nothing
// is to be done, whatever other tools have put around it. Counters and
// comment lines (#) are carried along and do not count.
//
// The package is pure: it reads no host and runs no program. It parses what
// the host printed, composes what resources want, finds out whether two texts
// mean the same, and works out the edits from one to the other.
package ruleset
