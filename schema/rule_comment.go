package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rulePrefix begins the comment of every rule that ctplan makes.
const rulePrefix = "ctplan:"

// maxTag bounds a tag, so that every comment has room for people's own words.
const maxTag = 160

// RuleTag is the first word of the comment of a resource's rules: its
// address, "ctplan:notrack.dns[\"udp\"]". An address that is too long, or that
// holds characters that no rule may, ends in a digest of the whole instead,
// so that different addresses never get the same tag.
func RuleTag(address string) string {
	clean := strings.IndexFunc(address, unicode.IsControl) < 0 && utf8.ValidString(address)
	if clean && len(rulePrefix)+len(address) <= maxTag {
		return rulePrefix + address
	}
	kept := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return '?'
		}
		return r
	}, address)
	sum := sha256.Sum256([]byte(address))
	digest := "#" + hex.EncodeToString(sum[:8])
	for len(rulePrefix)+len(kept)+len(digest) > maxTag {
		_, size := utf8.DecodeLastRuneInString(kept)
		kept = kept[:len(kept)-size]
	}
	return rulePrefix + kept + digest
}

// RuleComment is the whole comment: the tag and, behind a blank, what the
// comment attribute says.
func RuleComment(address, comment string) string {
	if comment == "" {
		return RuleTag(address)
	}
	return RuleTag(address) + " " + comment
}

// TaggedFor reports whether a rule's comment is that of a resource's rules.
func TaggedFor(address, comment string) bool {
	rest, ok := strings.CutPrefix(comment, RuleTag(address))
	return ok && (rest == "" || rest[0] == ' ')
}
