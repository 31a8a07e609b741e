package schema

import (
	"errors"
	"io/fs"
	"path"
	"unicode/utf8"

	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
)

var fileDoc = functionRow{
	name:  "file",
	group: groupEncoding,
	description: "The content of a text file in the configuration directory or below it. " +
		"The path is relative to that directory; a module writes `file(\"${path.module}/hosts.csv\")`.",
	example: "file(\"hosts.csv\")",
	result:  "\"port,proto\\n53,udp\\n\"",
}

func fileFunction(files fs.FS) function.Function {
	return function.New(&function.Spec{
		Params: []function.Parameter{{Name: "path", Type: cty.String}},
		Type:   function.StaticReturnType(cty.String),
		Impl: func(args []cty.Value, _ cty.Type) (cty.Value, error) {
			text, err := readText(files, args[0].AsString())
			if err != nil {
				return cty.NilVal, function.NewArgError(0, err)
			}
			return cty.StringVal(text), nil
		},
	})
}

func readText(files fs.FS, name string) (string, error) {
	if files == nil {
		return "", errors.New("there is no directory to read from")
	}
	clean := path.Clean(name)
	if name == "" || !fs.ValidPath(clean) {
		return "", errors.New("only files in the configuration directory can be read: give a path relative to it, without \"..\"")
	}
	content, diag := read(files, clean)
	if diag != nil {
		return "", errors.New(diag.Detail)
	}
	if !utf8.Valid(content) {
		return "", errors.New("the file is not text in UTF-8")
	}
	return string(content), nil
}
