package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/ctplan/ctplan/"

// source is one file of the program, tests left out.
type source struct {
	pkg  string // directory relative to the module
	file *ast.File
	fset *token.FileSet
}

// sources parses every package of the module.
func sources(t *testing.T) []source {
	t.Helper()
	root := filepath.Join("..", "..")
	fset := token.NewFileSet()
	var out []source
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		f, err := parser.ParseFile(fset, path, nil, parser.ParseComments)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		out = append(out, source{filepath.ToSlash(dir), f, fset})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 50 {
		t.Fatalf("only %d files found: this test looks in the wrong place", len(out))
	}
	return out
}

func (s source) imports() []string {
	var out []string
	for _, i := range s.file.Imports {
		path, _ := strconv.Unquote(i.Path.Value)
		out = append(out, path)
	}
	return out
}

// under reports whether a package is one of, or below one of, some others.
func under(pkg string, dirs ...string) bool {
	return slices.ContainsFunc(dirs, func(d string) bool { return pkg == d || strings.HasPrefix(pkg, d+"/") })
}

// TestOnlyTheSeamReachesTheMachine holds the rule that everything outside the
// configuration and state directories goes through providers/host.
func TestOnlyTheSeamReachesTheMachine(t *testing.T) {
	allowed := map[string][]string{
		"os/exec":               {"providers/host", "testdata"},
		"syscall":               {"providers", "state", "cmd", "testdata"}, // providers: error numbers
		"golang.org/x/sys/unix": {"providers/host", "state", "testdata"},
		"os":                    {"providers/host", "state", "cmd", "testdata"},
	}
	for _, s := range sources(t) {
		for _, path := range s.imports() {
			if dirs, restricted := allowed[path]; restricted && !under(s.pkg, dirs...) {
				t.Errorf("%s imports %s", s.fset.Position(s.file.Pos()).Filename, path)
			}
		}
	}
}

// TestImportsPointOneWay holds the order of the layers.
//
// Packages below providers/internal are for tests, which join the layers.
func TestImportsPointOneWay(t *testing.T) {
	layers := []struct {
		pkg  string
		not  []string
		also string
	}{
		{pkg: "schema", not: []string{"planner", "providers", "state", "cmd"}},
		{pkg: "planner", not: []string{"providers", "state", "cmd"}, also: "planner/apply"},
		{pkg: "state", not: []string{"providers", "cmd", "planner/apply"}},
		{pkg: "providers", not: []string{"state", "cmd", "planner/apply"}},
		{pkg: "planner/apply", not: []string{"cmd"}},
	}
	for _, s := range sources(t) {
		for _, l := range layers {
			if under(s.pkg, "providers/internal") || !under(s.pkg, l.pkg) || l.also != "" && under(s.pkg, l.also) {
				continue
			}
			for _, path := range s.imports() {
				if inner, ours := strings.CutPrefix(path, module); ours && under(inner, l.not...) {
					t.Errorf("%s imports %s", s.fset.Position(s.file.Pos()).Filename, path)
				}
			}
		}
	}
}

// TestExportedNamesAreDocumented wants a comment on every exported name, and
// on every package.
func TestExportedNamesAreDocumented(t *testing.T) {
	packages := map[string]bool{}
	for _, s := range sources(t) {
		packages[s.pkg] = packages[s.pkg] || s.file.Doc != nil
		for _, d := range s.file.Decls {
			for _, name := range undocumented(d) {
				t.Errorf("%s: %s has no comment", s.fset.Position(d.Pos()), name)
			}
		}
	}
	for pkg, documented := range packages {
		if !documented {
			t.Errorf("package %s has no comment", pkg)
		}
	}
}

func undocumented(d ast.Decl) []string {
	var out []string
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Name.IsExported() && d.Doc == nil && exportedReceiver(d) && !implementsStandard(d.Name.Name) {
			out = append(out, d.Name.Name)
		}
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				if spec.Name.IsExported() && spec.Doc == nil && d.Doc == nil {
					out = append(out, spec.Name.Name)
				}
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					if n.IsExported() && spec.Doc == nil && spec.Comment == nil && d.Doc == nil {
						out = append(out, n.Name)
					}
				}
			}
		}
	}
	return out
}

// implementsStandard names the methods whose meaning the standard library fixes.
func implementsStandard(name string) bool {
	return slices.Contains([]string{"Error", "Unwrap", "Is", "String", "Len", "Less", "Swap"}, name)
}

// exportedReceiver reports whether a function is no method, or one of an
// exported type.
func exportedReceiver(d *ast.FuncDecl) bool {
	if d.Recv == nil || len(d.Recv.List) == 0 {
		return true
	}
	t := d.Recv.List[0].Type
	if star, isPointer := t.(*ast.StarExpr); isPointer {
		t = star.X
	}
	if index, isGeneric := t.(*ast.IndexExpr); isGeneric {
		t = index.X
	}
	id, isIdent := t.(*ast.Ident)
	return isIdent && id.IsExported()
}
