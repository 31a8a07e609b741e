// Package packet is the vocabulary of packet matches: what the attributes of
// notrack and log_rule blocks can say about a packet, as values with one
// spelling each, and the parsers that read what people write for them.
//
// It knows nothing of iptables, nftables or of the host: the schema checks
// blocks with it, and the rule backends render it.
package packet
