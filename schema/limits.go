package schema

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// The parser and the evaluator are recursive, and a Go program does not
// survive an overflow of its stack. maxNesting bounds the recursion: a level
// of brackets costs bracketWeight, an operator 1. That allows 250 levels and
// operations of 5000 operands; people write about ten and twenty.
const (
	maxNesting    = 5000
	bracketWeight = 20
)

// nesting adds up how deep the parser would recurse.
type nesting struct {
	total  int
	frames []nestingFrame
	top    int // operators of the current item outside all brackets
}

// nestingFrame is an open bracket.
type nestingFrame struct {
	operators int // of the current item
	lines     bool
}

func (n *nesting) open(lines bool) {
	n.frames = append(n.frames, nestingFrame{lines: lines})
	n.total += bracketWeight
}

func (n *nesting) close() {
	if len(n.frames) == 0 {
		return
	}
	last := n.frames[len(n.frames)-1]
	n.frames = n.frames[:len(n.frames)-1]
	n.total -= bracketWeight + last.operators
}

// next begins another item: a line, or an element of a list.
func (n *nesting) next(newline bool) {
	if len(n.frames) == 0 {
		n.total -= n.top
		n.top = 0
		return
	}
	f := &n.frames[len(n.frames)-1]
	if newline && !f.lines {
		return // a line break inside (...) or [...] ends nothing
	}
	n.total -= f.operators
	f.operators = 0
}

func (n *nesting) operator() {
	n.total++
	if len(n.frames) == 0 {
		n.top++
		return
	}
	n.frames[len(n.frames)-1].operators++
}

// token accounts for one token and reports whether that is still bearable.
func (n *nesting) token(t hclsyntax.TokenType) bool {
	switch t {
	case hclsyntax.TokenOBrace:
		n.open(true)
	case hclsyntax.TokenOParen, hclsyntax.TokenOQuote, hclsyntax.TokenOHeredoc,
		hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl:
		n.open(false)
	case hclsyntax.TokenOBrack:
		n.operator() // an index nests what stands before it
		n.open(false)
	case hclsyntax.TokenCBrace, hclsyntax.TokenCParen, hclsyntax.TokenCBrack, hclsyntax.TokenCQuote,
		hclsyntax.TokenCHeredoc, hclsyntax.TokenTemplateSeqEnd:
		n.close()
	case hclsyntax.TokenNewline:
		n.next(true)
	case hclsyntax.TokenComma:
		n.next(false)
	case hclsyntax.TokenIdent, hclsyntax.TokenNumberLit, hclsyntax.TokenQuotedLit, hclsyntax.TokenStringLit,
		hclsyntax.TokenComment, hclsyntax.TokenEOF:
	default:
		n.operator()
	}
	return n.total <= maxNesting
}

// maxExponent bounds the decimal exponent of a number, in digits: to write
// 1e9999999 out, as a string or in a plan, takes minutes.
const maxExponent = 3

// checkLimits refuses sources that would overflow the stack or take minutes
// to evaluate.
func checkLimits(name string, src []byte) *hcl.Diagnostic {
	if strings.HasSuffix(name, ".json") {
		return checkLimitsJSON(name, src)
	}
	tokens, _ := hclsyntax.LexConfig(src, name, hcl.InitialPos) // the parser reports what is wrong with them
	return checkTokens(tokens)
}

func checkTokens(tokens hclsyntax.Tokens) *hcl.Diagnostic {
	var n nesting
	directives := 0 // %{ if } and %{ for } stay open until their own end
	for i, t := range tokens {
		if i > 0 && tokens[i-1].Type == hclsyntax.TokenTemplateControl {
			switch string(t.Bytes) {
			case "if", "for":
				directives++
			case "endif", "endfor":
				directives--
			}
		}
		if t.Type == hclsyntax.TokenNumberLit && hugeExponent(t.Bytes) {
			return tooLarge(t.Range)
		}
		if !n.token(t.Type) || directives*bracketWeight > maxNesting {
			return tooDeep(t.Range)
		}
	}
	return nil
}

func checkLimitsJSON(name string, src []byte) *hcl.Diagnostic {
	var n nesting
	here := func(at int) hcl.Range {
		pos := hcl.Pos{Line: 1 + bytes.Count(src[:at], []byte{'\n'}), Column: at - bytes.LastIndexByte(src[:at], '\n'), Byte: at}
		return hcl.Range{Filename: name, Start: pos, End: pos}
	}
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '{', '[':
			n.open(false)
		case '}', ']':
			n.close()
		case '"':
			end := stringEnd(src, i)
			if d := checkTemplate(src[i:end], here(i)); d != nil {
				return d
			}
			i = end - 1
		case 'e', 'E':
			if i > 0 && isDigit(src[i-1]) && hugeExponent(src[i:min(i+10, len(src))]) {
				return tooLarge(here(i))
			}
		}
		if n.total > maxNesting {
			return tooDeep(here(i))
		}
	}
	return nil
}

// stringEnd is the index after the JSON string that begins at start.
func stringEnd(src []byte, start int) int {
	for i := start + 1; i < len(src); i++ {
		switch src[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(src)
}

// checkTemplate checks the template that a JSON string may hold.
func checkTemplate(literal []byte, at hcl.Range) *hcl.Diagnostic {
	if !bytes.ContainsAny(literal, "$%\\") {
		return nil
	}
	var text string
	if json.Unmarshal(literal, &text) != nil {
		return nil // not JSON: the parser will say so
	}
	tokens, _ := hclsyntax.LexTemplate([]byte(text), "", hcl.InitialPos)
	d := checkTokens(tokens)
	if d != nil {
		d.Subject = &at
	}
	return d
}

// hugeExponent reports whether a number ends in an exponent of too many digits.
func hugeExponent(number []byte) bool {
	i := bytes.IndexAny(number, "eE")
	if i < 0 {
		return false
	}
	digits := 0
	for _, c := range bytes.TrimLeft(number[i+1:], "+-0") {
		if !isDigit(c) {
			break
		}
		digits++
	}
	return digits > maxExponent
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func tooLarge(at hcl.Range) *hcl.Diagnostic {
	return errorAt(at, "Number out of range", "The exponent of a number may have %d digits.", maxExponent)
}

func tooDeep(at hcl.Range) *hcl.Diagnostic {
	return errorAt(at, "Nested too deeply",
		"Brackets may nest %d levels deep, and an expression may have %d operators. Split it up with locals.",
		maxNesting/bracketWeight, maxNesting)
}
