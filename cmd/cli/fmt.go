package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
	"github.com/hashicorp/hcl/v2"
	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/schema"
)

// fmtOptions are the flags of fmt.
type fmtOptions struct {
	paths     []string
	list      bool
	write     bool
	diff      bool
	check     bool
	recursive bool
}

func newFmt(a *app, run func(context.Context, *fmtOptions) error) *cobra.Command {
	o := &fmtOptions{}
	cmd := &cobra.Command{
		Use:   "fmt [PATH... | -]",
		Short: "Bring configuration files into the usual layout",
		Long: "Rewrites *.ctplan.hcl and *.ctvars files in the usual layout and lists those that it\n" +
			"changed. With - it formats standard input to standard output. A file with syntax\n" +
			"errors is left alone.",
		Example: "ctplan fmt\n" +
			"ctplan fmt -check -diff -recursive    # for CI: exit 3 when something is to do\n" +
			"ctplan fmt - < host.ctplan.hcl",
		RunE: func(cmd *cobra.Command, args []string) error {
			o.paths = args
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runFmt(a, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.list, "list", true, "list the files that are not in the usual layout")
	f.BoolVar(&o.write, "write", true, "rewrite the files")
	f.BoolVar(&o.diff, "diff", false, "show the differences")
	f.BoolVar(&o.check, "check", false, "write nothing, and exit 3 when a file is not in the usual layout")
	f.BoolVar(&o.recursive, "recursive", false, "go into subdirectories")
	return cmd
}

func runFmt(a *app, o *fmtOptions) error {
	if len(o.paths) == 1 && o.paths[0] == "-" {
		return a.formatStdin(o)
	}
	files, err := a.formattable(o)
	if err != nil {
		return err
	}
	out := a.stdout()
	var diags hcl.Diagnostics
	found := false
	for _, name := range files {
		differs, more, err := a.formatFile(out, o, name)
		if err != nil {
			return err
		}
		diags = append(diags, more...)
		found = found || differs
	}
	if diags.HasErrors() {
		return &diagnosed{fromHCL(diags)}
	}
	if o.check && found {
		return status(ExitUnformatted)
	}
	return writeError("standard output", out.Err())
}

// formatFile formats one file and reports whether it was not in the usual
// layout.
func (a *app) formatFile(out *view.Output, o *fmtOptions, name string) (bool, hcl.Diagnostics, error) {
	src, err := os.ReadFile(a.path(name))
	if err != nil {
		return false, nil, &failure{summary: "File not read", detail: sentence(err.Error()), err: err}
	}
	a.addSources(nil, map[string][]byte{name: src})
	formatted, diags := schema.Format(name, src)
	if diags.HasErrors() || bytes.Equal(src, formatted) {
		return false, diags, nil
	}
	if o.list {
		view.Line(out, name)
	}
	if o.diff {
		view.Diff(out, name, src, formatted)
	}
	if o.write && !o.check {
		return true, diags, rewrite(a.path(name), formatted)
	}
	return true, diags, nil
}

// formatStdin formats standard input.
func (a *app) formatStdin(o *fmtOptions) error {
	const name = "<stdin>"
	src, err := io.ReadAll(a.Stdin)
	if err != nil {
		return fmt.Errorf("read standard input: %w", err)
	}
	a.addSources(nil, map[string][]byte{name: src})
	formatted, diags := schema.Format(name, src)
	if diags.HasErrors() {
		return &diagnosed{fromHCL(diags)}
	}
	out := a.stdout()
	switch {
	case o.diff:
		view.Diff(out, name, src, formatted)
	case !o.check:
		view.Verbatim(out, formatted)
	}
	if o.check && !bytes.Equal(src, formatted) {
		return status(ExitUnformatted)
	}
	return writeError("standard output", out.Err())
}

// formattable lists the files to format, as the user would write their names.
func (a *app) formattable(o *fmtOptions) ([]string, error) {
	paths := o.paths
	if len(paths) == 0 {
		paths = []string{"."}
	}
	var out []string
	for _, p := range paths {
		info, err := os.Stat(a.path(p))
		if err != nil {
			return nil, &failure{summary: "File not found", detail: sentence(err.Error()), err: err}
		}
		if !info.IsDir() {
			out = append(out, p)
			continue
		}
		err = filepath.WalkDir(a.path(p), func(path string, e fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			if e.IsDir() {
				if path != a.path(p) && (!o.recursive || strings.HasPrefix(e.Name(), ".")) {
					return fs.SkipDir
				}
				return nil
			}
			if isFormattable(e) {
				rest := strings.TrimPrefix(strings.TrimPrefix(path, a.path(p)), "/")
				out = append(out, filepath.Join(p, rest))
			}
			return nil
		})
		if err != nil {
			return nil, &failure{summary: "Directory not read", detail: sentence(err.Error()), err: err}
		}
	}
	return out, nil
}

// isFormattable leaves out JSON, editors' files and symbolic links.
func isFormattable(e fs.DirEntry) bool {
	name := e.Name()
	if !e.Type().IsRegular() || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "#") {
		return false
	}
	return strings.HasSuffix(name, ".ctplan.hcl") || strings.HasSuffix(name, ".ctvars")
}

// rewrite replaces a file atomically and keeps its permissions.
func rewrite(path string, data []byte) error {
	info, err := os.Stat(path)
	if err == nil {
		err = renameio.WriteFile(path, data, info.Mode().Perm(), renameio.WithExistingPermissions())
	}
	if err != nil {
		return &failure{summary: "File not written", detail: sentence(err.Error()), err: err}
	}
	return nil
}
