package schema

import (
	"bytes"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format gives a source file the canonical layout: indentation, aligned equals
// signs and comments, "${x}" written as x, Unix line ends, one newline at
// the end. It never changes what the file means, and formatting twice changes
// nothing. A file with syntax errors is refused, since guessing could change
// its meaning; so is JSON, which has its own tools.
func Format(name string, src []byte) ([]byte, hcl.Diagnostics) {
	if strings.HasSuffix(name, ".json") {
		start := hcl.Range{Filename: name, Start: hcl.InitialPos, End: hcl.InitialPos}
		return nil, hcl.Diagnostics{errorAt(start, "JSON is not formatted",
			"%s holds JSON. Use a JSON formatter such as jq for it.", name)}
	}
	if _, diags := parse(name, src); diags.HasErrors() {
		return nil, diags
	}
	out := unixLines(src)
	for range maxFormatPasses {
		next := layout(unwrap(out))
		if bytes.Equal(next, out) {
			break
		}
		out = next
	}
	return out, nil
}

// maxFormatPasses bounds how often the layout is repeated until nothing
// changes any more. The second pass finds nothing but in odd cases, such as
// comments whose columns depend on each other.
const maxFormatPasses = 8

// layout moves tokens about. Where that would make others of them ("1 .0" is
// an index and 1.0 a number) it leaves the file as it is.
func layout(src []byte) []byte {
	out := bytes.TrimRight(hclwrite.Format(src), " \t\r\n")
	if len(out) > 0 {
		out = append(out, '\n')
	}
	if !sameTokens(src, out) {
		return src
	}
	return out
}

// sameTokens reports whether two sources differ in nothing but blanks, and
// line breaks at their ends.
func sameTokens(a, b []byte) bool {
	return slices.EqualFunc(significant(a), significant(b), func(x, y hclsyntax.Token) bool {
		return x.Type == y.Type && bytes.Equal(x.Bytes, y.Bytes)
	})
}

func significant(src []byte) hclsyntax.Tokens {
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	for i, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenComment, hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc:
			tokens[i].Bytes = bytes.TrimSpace(t.Bytes)
		}
	}
	end := len(tokens)
	for end > 0 && (tokens[end-1].Type == hclsyntax.TokenNewline || tokens[end-1].Type == hclsyntax.TokenEOF) {
		end--
	}
	return tokens[:end]
}

// unixLines replaces the line ends of Windows, apart from those inside
// heredocs, where they are part of the value.
func unixLines(src []byte) []byte {
	if !bytes.Contains(src, []byte("\r\n")) {
		return src
	}
	tokens, _ := hclsyntax.LexConfig(src, "", hcl.InitialPos)
	out := make([]byte, 0, len(src))
	end := 0
	for _, t := range tokens {
		out = append(out, src[end:t.Range.Start.Byte]...)
		end = t.Range.End.Byte
		text := src[t.Range.Start.Byte:end]
		switch t.Type {
		case hclsyntax.TokenNewline, hclsyntax.TokenComment, hclsyntax.TokenOHeredoc, hclsyntax.TokenCHeredoc:
			text = bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n"))
		}
		out = append(out, text...)
	}
	return append(out, src[end:]...)
}
