package cli

import (
	"errors"
	"strings"
)

// errUnbalanced is a quoting error in CTPLAN_CLI_ARGS.
var errUnbalanced = errors.New("a quotation mark or a backslash has no counterpart")

// splitWords splits a text as a shell would, without expanding anything:
// blanks separate, quotation marks and backslashes quote.
func splitWords(s string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	quote := rune(0)
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inWord = r, true
		case strings.ContainsRune(" \t\n", r):
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil, errUnbalanced
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}
