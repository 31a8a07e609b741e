package ruleset

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// ChainPrefix begins the names of all chains that ctplan owns.
const ChainPrefix = "CTPLAN-"

// MaxRules is the most rules that one chain gets: the kernel lists a chain in
// chunks and searches each chunk's place from the start, so that the time to
// read a chain grows with the square of its length.
const MaxRules = 1000

// jumpPrefix begins the comment of every jump to a chain of ctplan's.
const jumpPrefix = "ctplan:jump:"

// Owned reports whether a chain belongs to ctplan by its name.
func Owned(chain string) bool { return strings.HasPrefix(chain, ChainPrefix) }

var hookNames = map[string]string{
	"PREROUTING": "PRE", "INPUT": "IN", "FORWARD": "FWD", "OUTPUT": "OUT", "POSTROUTING": "POST",
}

// ChainName names the chain for a hook and a position: "CTPLAN-PRE" and, for
// logging, "CTPLAN-LOG-IN". Positions other than first have chains of their
// own. Names stay below the 28 bytes that a chain can have, and no target
// extension has such a name.
func ChainName(purpose, hook string, p Position) string {
	name := ChainPrefix
	if purpose != "" {
		name += purpose + "-"
	}
	name += hookNames[hook]
	switch p.Word {
	case Last:
		name += "-LAST"
	case BeforeVerdict:
		name += "-END"
	case Before:
		name += "-B" + short(p.Neighbour)
	case After:
		name += "-A" + short(p.Neighbour)
	}
	return name
}

func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:3])
}

// shardName names the n-th piece of a chain that is too long, from 1.
func shardName(chain string, n int) string { return fmt.Sprintf("%s-%02d", chain, n) }

// JumpBody is the rule that calls a chain from a built-in one.
func JumpBody(hook string, p Position, chain string) string {
	return "-m comment --comment " + Quote(jumpPrefix+hook+":"+p.String()) + " -j " + chain
}

// parseJump recognises a jump to a chain of ctplan's. Exact is false where
// the rule is not word for word what JumpBody makes: somebody edited it.
func parseJump(hook, body string) (p Position, own, exact bool) {
	if !strings.Contains(body, ChainPrefix) && !strings.Contains(body, jumpPrefix) {
		return p, false, false
	}
	target := Target(body)
	declared, tagged := strings.CutPrefix(Comment(body), jumpPrefix)
	if !tagged && !Owned(target) {
		return p, false, false
	}
	p, ok := ParsePosition(strings.TrimPrefix(declared, hook+":"))
	return p, true, ok && Owned(target) && body == JumpBody(hook, p, target)
}
