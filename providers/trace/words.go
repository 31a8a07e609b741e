package trace

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// ends are the two ends of a connection: here, and the peer.
func (r Record) ends() (local, peer string, ok bool) {
	if src, dst := r.Values["src"], r.Values["dest"]; src != "" && dst != "" { // from 6.12 on, for resets that are sent
		return src, dst, true
	}
	local = endpoint(r.Values["saddr"], r.Values["saddrv6"], r.Values["sport"])
	peer = endpoint(r.Values["daddr"], r.Values["daddrv6"], r.Values["dport"])
	return local, peer, local != "" && peer != ""
}

// endpoint joins an address with a port. IPv4 connections have their
// addresses in both forms, IPv6 ones a meaningless one for IPv4.
func endpoint(v4, v6, port string) string {
	address := v6
	if v6 == "" || strings.HasPrefix(strings.ToLower(v6), "::ffff:") {
		address = v4
	}
	if address == "" || port == "" {
		return ""
	}
	return net.JoinHostPort(address, port)
}

// stateName writes a state of TCP as ss does: ESTABLISHED for TCP_ESTABLISHED.
func stateName(s string) string { return strings.TrimPrefix(s, "TCP_") }

// Sentence says what happened, in one line without the time: who sent the
// reset, both ends, and the state.
func (r Record) Sentence() string {
	local, peer, ok := r.ends()
	if !ok {
		return r.plain()
	}
	var what, ends string
	switch r.Event {
	case "tcp_send_reset":
		what, ends = "reset sent by this host", local+" -> "+peer
	case "tcp_receive_reset":
		what, ends = "reset sent by the peer", peer+" -> "+local
	case "tcp_retransmit_skb":
		what, ends = "retransmitted", local+" -> "+peer
	case "tcp_retransmit_synack":
		what, ends = "SYN-ACK retransmitted", local+" -> "+peer
	case "tcp_destroy_sock":
		what, ends = "socket destroyed", local+" - "+peer
	case "inet_sock_set_state":
		what, ends = "state "+stateName(r.Values["oldstate"])+" -> "+stateName(r.Values["newstate"]), local+" - "+peer
	default:
		return r.plain()
	}
	return strings.Join(append([]string{fmt.Sprintf("%-24s  %s", what, ends)}, r.details()...), "  ")
}

// details are what else is known of a connection's event.
func (r Record) details() []string {
	var out []string
	if state := r.Values["state"]; state != "" && state != "UNKNOWN" {
		out = append(out, "state "+stateName(state))
	}
	if reason := r.Values["reason"]; reason != "" && reason != "NOT_SPECIFIED" {
		out = append(out, "because "+strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(reason, "TCP_"), "_", " ")))
	}
	if code := r.Values["err"]; code != "" && code != "0" {
		out = append(out, "error "+code)
	}
	if !r.Interrupt && r.PID != 0 {
		out = append(out, fmt.Sprintf("in %s (%d)", r.Task, r.PID))
	}
	return out
}

// plain is any other event, field by field.
func (r Record) plain() string {
	if len(r.Values) == 0 {
		return strings.TrimSpace(r.Event + "  " + r.Text)
	}
	names := make([]string, 0, len(r.Values))
	for name := range r.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	words := []string{r.Event + " "}
	for _, name := range names {
		words = append(words, name+"="+r.Values[name])
	}
	return strings.Join(words, " ")
}
