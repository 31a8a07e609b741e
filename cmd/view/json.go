package view

import (
	"bytes"
	"encoding/json"
)

// writeJSON writes an indented document. Characters that only matter inside
// HTML stay readable.
func writeJSON(out *Output, doc any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		out.fail(err)
		return
	}
	out.write(b.Bytes())
}

// writeJSONLine writes a document on a line of its own.
func writeJSONLine(out *Output, doc any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(doc); err != nil {
		out.fail(err)
		return
	}
	out.write(b.Bytes())
}

func (o *Output) fail(err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err == nil {
		o.err = err
	}
}
