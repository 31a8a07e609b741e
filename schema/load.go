package schema

import (
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"

	"github.com/hashicorp/go-version"
	"github.com/hashicorp/hcl/v2"
)

// Configuration is a parsed directory: syntax and structure are checked, no
// expression has been evaluated.
type Configuration struct {
	// Files are the configuration's own files by name relative to the
	// directory, those of local modules included.
	Files map[string]*hcl.File
	// Sources holds the bytes of every file that was read, variable files
	// included, for the snippets in diagnostics and for saved plans.
	Sources map[string][]byte

	// fsys is where functions read files.
	fsys fs.FS
	root *module
	// variableFiles are the files for AutoVariables, lowest precedence first.
	variableFiles []string
	// unusable says that parts are missing, so that evaluating the rest
	// would only report their absence.
	unusable bool
}

// LoadOption changes how Load works.
type LoadOption func(*loader)

// WithVersion gives the version of ctplan that required_version is checked
// against. Without it, or with something that is no version, every
// requirement holds.
func WithVersion(v string) LoadOption {
	return func(l *loader) { l.version, _ = version.NewVersion(v) }
}

// Load parses all *.ctplan.hcl and *.ctplan.json in fsys, local modules
// included. fsys is the configuration directory, or the files inside a saved
// plan.
//
// The configuration is never nil. With errors it can still be evaluated, for
// the sake of further diagnostics: put both together with MergeDiagnostics.
func Load(fsys fs.FS, opts ...LoadOption) (*Configuration, hcl.Diagnostics) {
	l := &loader{
		fsys:       fsys,
		schema:     rootSchema(),
		modules:    make(map[string]*module),
		unreadable: make(map[string]string),
		config: &Configuration{
			fsys:    fsys,
			Files:   make(map[string]*hcl.File),
			Sources: make(map[string][]byte),
		},
	}
	for _, o := range opts {
		o(l)
	}
	l.variableFiles()
	l.config.root = l.directory(".")
	if l.config.root == nil {
		l.config.unusable = true
		l.config.root = newModule(".")
		l.diags = append(l.diags, &hcl.Diagnostic{
			Severity: hcl.DiagError,
			Summary:  "No configuration",
			Detail:   "There is nothing to load: " + l.unreadable["."] + ".",
		})
	}
	if len(l.versionErrors) > 0 {
		// Another version's language explains every other error.
		l.config.unusable = true
		return l.config, MergeDiagnostics(l.versionErrors)
	}
	return l.config, MergeDiagnostics(l.diags)
}

// loader reads directories and keeps what they share.
type loader struct {
	fsys    fs.FS
	version *version.Version
	schema  *hcl.BodySchema
	config  *Configuration

	modules map[string]*module // by directory
	// unreadable says why there is no module in a directory.
	unreadable map[string]string
	// loading is the chain of directories that are being loaded.
	loading []string

	diags, versionErrors hcl.Diagnostics
}

func (l *loader) report(diags ...*hcl.Diagnostic) { l.diags = append(l.diags, diags...) }

// variableFiles keeps the sources of the variable files that are read without
// being asked to.
func (l *loader) variableFiles() {
	found, err := list(l.fsys, ".")
	if err != nil {
		return // directory says so
	}
	for _, name := range found.variables {
		src, d := read(l.fsys, name)
		if d != nil {
			l.report(d)
			continue
		}
		l.config.Sources[name] = src
		l.config.variableFiles = append(l.config.variableFiles, name)
	}
}

// directory loads a module; nil if there is none.
func (l *loader) directory(dir string) *module {
	if m, ok := l.modules[dir]; ok {
		return m
	}
	found, err := list(l.fsys, dir)
	switch {
	case err != nil:
		l.unreadable[dir] = fmt.Sprintf("the directory cannot be read: %s", reason(err))
		return nil
	case len(found.config) == 0:
		l.unreadable[dir] = "the directory has no files *.ctplan.hcl or *.ctplan.json"
		return nil
	}
	m := newModule(dir)
	l.modules[dir] = m
	l.loading = append(l.loading, dir)
	for _, name := range found.config {
		l.file(m, name)
	}
	for _, name := range sortedKeys(m.calls) {
		l.call(m.calls[name])
	}
	l.loading = l.loading[:len(l.loading)-1]
	return m
}

func (l *loader) file(m *module, name string) {
	src, d := read(l.fsys, name)
	if d != nil {
		l.config.unusable = true
		l.report(d)
		return
	}
	l.config.Sources[name] = src
	file, diags := parse(name, src)
	l.report(diags...)
	if file != nil {
		l.config.Files[name] = file
	}
	if diags.HasErrors() {
		// A part of a file would only be good for follow-up errors.
		l.config.unusable = true
		return
	}
	blocks, diags := rootBlocks(file, l.schema)
	l.report(diags...)
	for _, b := range blocks {
		if b.Type == "ctplan" {
			l.requirements(b)
		}
		l.report(m.declare(b)...)
	}
}

// call loads the directory that a module block names.
func (l *loader) call(c *moduleCall) {
	if c.source == "" {
		return // reported
	}
	if i := slices.Index(l.loading, c.source); i >= 0 {
		var chain []string
		for _, dir := range append(slices.Clone(l.loading[i:]), c.source) {
			chain = append(chain, strconv.Quote(dir))
		}
		l.report(errorAt(c.sourceRange, "Module that contains itself",
			"These directories call each other in a circle: %s.", strings.Join(chain, " → ")))
		return
	}
	c.module = l.directory(c.source)
	if c.module == nil {
		l.report(errorAt(c.sourceRange, "No module in this directory",
			"There is no module in %s: %s.", c.source, l.unreadable[c.source]))
		return
	}
	names := sortedKeys(c.module.variables)
	for _, name := range sortedKeys(c.inputs) {
		if _, ok := c.module.variables[name]; !ok {
			l.report(errorAt(c.inputs[name].NameRange, "Unsupported argument",
				"The module in %s has no variable %q.%s", c.source, name, suggestOrList(name, names)))
		}
	}
	for _, name := range names {
		v := c.module.variables[name]
		if _, ok := c.inputs[name]; !ok && !v.broken && v.required() {
			l.report(errorAt(c.rng, "Missing argument",
				"The module in %s needs a value for its variable %q, which has no default (%s).", c.source, name, place(v.rng)))
		}
	}
}

var requirementSchema = &hcl.BodySchema{Attributes: []hcl.AttributeSchema{{Name: "required_version"}}}

// requirements checks a ctplan block.
func (l *loader) requirements(b *hcl.Block) {
	content, diags := contentOf(b, requirementSchema)
	l.report(diags...)
	a, ok := content.Attributes["required_version"]
	if !ok {
		return
	}
	text, diags := staticString(a)
	l.report(diags...)
	if diags.HasErrors() {
		return
	}
	constraints, err := version.NewConstraint(text)
	if err != nil {
		l.report(errorAt(a.Expr.Range(), "Invalid version constraint",
			"%q is not a version constraint. Write it like \">= 0.2\" or \"~> 1.4\"; several are separated by commas.", text))
		return
	}
	// A pre-release counts as the version that it leads to, or nobody could
	// try one with an existing configuration.
	if l.version == nil || constraints.Check(l.version) || constraints.Check(l.version.Core()) {
		return
	}
	l.versionErrors = append(l.versionErrors, errorAt(a.Expr.Range(), "Unsupported ctplan version",
		"This is ctplan %s, and the configuration requires %s. Install a version that fits, or change the requirement if the configuration is known to work with this one.", l.version, text))
}
