package host

import (
	"context"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"syscall"

	"github.com/ctplan/ctplan/planner"
)

// Fake is a host in memory: files, directories, symbolic links, kernel files
// that take and refuse values as a kernel does, and programs that are
// functions. It is safe for concurrent use.
type Fake struct {
	mu       sync.Mutex
	facts    planner.Facts
	files    map[string]File
	dirs     map[string]bool
	links    map[string]string
	controls map[string]*Control
	programs map[string]Program
	flows    []Flow
}

// Control is a kernel file of a Fake.
type Control struct {
	// Value is what a read returns; without the final newline under /proc/sys.
	Value string
	// Mode is 0644 unless given. A file without a write bit refuses to be
	// opened for writing, to root as well, as files under /proc/sys do.
	Mode fs.FileMode
	// Accept decides what a write makes of the value: the new one, or an
	// errno. Without it, everything is accepted.
	Accept func(old, written string) (string, error)
	// Same names another kernel file that is the same variable.
	Same string
}

// Program stands for a program of a Fake.
type Program func(ctx context.Context, c Command) (Result, error)

// NewFake returns an empty host with these facts.
func NewFake(facts planner.Facts) *Fake {
	return &Fake{
		facts:    facts,
		files:    map[string]File{},
		dirs:     map[string]bool{"/": true},
		links:    map[string]string{},
		controls: map[string]*Control{},
		programs: map[string]Program{},
	}
}

// SetFacts changes what machine the host is.
func (h *Fake) SetFacts(facts planner.Facts) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.facts = facts
}

// SetFile puts a file of root's with mode 0644 in place.
func (h *Fake) SetFile(name, content string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.put(name, File{Data: []byte(content), Mode: 0o644})
}

// SetLink makes a symbolic link.
func (h *Fake) SetLink(name, to string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mkdir(path.Dir(name))
	h.links[name] = to
}

// SetDir makes a directory with its parents.
func (h *Fake) SetDir(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mkdir(name)
}

// SetControl adds a kernel file.
func (h *Fake) SetControl(name string, c Control) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.Mode == 0 {
		c.Mode = 0o644
	}
	h.mkdir(path.Dir(name))
	h.controls[name] = &c
}

// SetSysctl changes a kernel parameter behind everybody's back, by its
// slash-separated key. The parameter must exist.
func (h *Fake) SetSysctl(key, value string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.variable(parameterDir + "/" + key).Value = value
}

// Sysctl is the value of a kernel parameter, or "" if there is none.
func (h *Fake) Sysctl(key string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c := h.variable(parameterDir + "/" + key); c != nil {
		return c.Value
	}
	return ""
}

// Delete removes a file, a link or a kernel file, as when a module is unloaded.
func (h *Fake) Delete(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.files, name)
	delete(h.links, name)
	delete(h.controls, name)
}

// SetProgram adds a program, by its name as it stands in Argv[0].
func (h *Fake) SetProgram(name string, p Program) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.programs[name] = p
}

// Snapshot is everything that can be changed on a host: mode, owner and
// content of each file, target of each link, value of each kernel file.
func (h *Fake) Snapshot() map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := make(map[string]string, len(h.files)+len(h.links)+len(h.controls))
	for name, f := range h.files {
		s[name] = fmt.Sprintf("%04o %d:%d %s", f.Mode, f.UID, f.GID, f.Data)
	}
	for name, to := range h.links {
		s[name] = "-> " + to
	}
	for name := range h.controls {
		s[name] = h.variable(name).Value
	}
	return s
}

// variable is the variable behind a kernel file, or nil.
func (h *Fake) variable(name string) *Control {
	c := h.controls[name]
	if c != nil && c.Same != "" {
		return h.controls[c.Same]
	}
	return c
}

func (h *Fake) put(name string, f File) {
	h.removeLeftovers(path.Dir(name))
	h.mkdir(path.Dir(name))
	f.Data = slices.Clone(f.Data)
	h.files[name] = f
}

func (h *Fake) mkdir(name string) {
	for ; !h.dirs[name]; name = path.Dir(name) {
		h.dirs[name] = true
	}
}

// begin checks what every call checks, and takes the lock.
func (h *Fake) begin(ctx context.Context, op, name string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	name, err := clean(op, name)
	if err != nil {
		return "", err
	}
	h.mu.Lock()
	return name, nil
}

func pathError(op, name string, err error) error { return &fs.PathError{Op: op, Path: name, Err: err} }

// Facts implements Host.
func (h *Fake) Facts(ctx context.Context) (planner.Facts, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.facts, ctx.Err()
}

// ReadFile implements Host.
func (h *Fake) ReadFile(ctx context.Context, name string) (File, error) {
	name, err := h.begin(ctx, "open", name)
	if err != nil {
		return File{}, err
	}
	defer h.mu.Unlock()
	real, err := h.follow(name)
	if err != nil {
		return File{}, pathError("open", name, err)
	}
	if c := h.controls[real]; c != nil {
		if c.Mode&0o444 == 0 {
			return File{}, pathError("open", name, syscall.EACCES)
		}
		return File{Data: []byte(h.variable(real).Value), Mode: c.Mode}, nil
	}
	f, found := h.files[real]
	switch {
	case found:
		f.Data = slices.Clone(f.Data)
		return f, nil
	case real == "/dev/null":
		return File{Mode: 0o666}, nil
	case h.dirs[real]:
		return File{}, pathError("read", name, syscall.EISDIR)
	}
	return File{}, pathError("open", name, syscall.ENOENT)
}

// ReadDir implements Host.
func (h *Fake) ReadDir(ctx context.Context, name string) ([]DirEntry, error) {
	name, err := h.begin(ctx, "open", name)
	if err != nil {
		return nil, err
	}
	defer h.mu.Unlock()
	real, err := h.follow(name)
	if err != nil {
		return nil, pathError("open", name, err)
	}
	if !h.dirs[real] {
		return nil, pathError("open", name, syscall.ENOENT)
	}
	list := []DirEntry{}
	add := func(child string, t fs.FileMode) {
		if child != "/" && path.Dir(child) == real {
			list = append(list, DirEntry{path.Base(child), t})
		}
	}
	for child := range h.dirs {
		add(child, fs.ModeDir)
	}
	for child := range h.files {
		add(child, 0)
	}
	for child := range h.links {
		add(child, fs.ModeSymlink)
	}
	for child := range h.controls {
		add(child, 0)
	}
	slices.SortFunc(list, func(a, b DirEntry) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// follow resolves the links in a path.
func (h *Fake) follow(name string) (string, error) {
	real, rest := "/", components(name)
	for links := 0; len(rest) > 0; {
		next := path.Join(real, rest[0])
		rest = rest[1:]
		to, isLink := h.links[next]
		if !isLink {
			real = next
			continue
		}
		if links++; links > maxLinks {
			return "", syscall.ELOOP
		}
		if path.IsAbs(to) {
			real = "/"
		}
		rest = append(components(to), rest...)
	}
	return real, nil
}

// WriteFile implements Host.
func (h *Fake) WriteFile(ctx context.Context, name string, f File) error {
	name, err := h.begin(ctx, "write", name)
	if err != nil {
		return err
	}
	defer h.mu.Unlock()
	if err := h.checkChange("write", name); err != nil {
		return err
	}
	f.Mode = f.Mode.Perm()
	h.put(name, f)
	return nil
}

// Remove implements Host.
func (h *Fake) Remove(ctx context.Context, name string) error {
	name, err := h.begin(ctx, "remove", name)
	if err != nil {
		return err
	}
	defer h.mu.Unlock()
	if err := h.checkChange("remove", name); err != nil {
		return err
	}
	h.removeLeftovers(path.Dir(name))
	delete(h.files, name)
	return nil
}

// removeLeftovers removes the temporary files of killed runs, as Live does.
func (h *Fake) removeLeftovers(dir string) {
	for name := range h.files {
		if path.Dir(name) == dir && tempName().MatchString(path.Base(name)) {
			delete(h.files, name)
		}
	}
}

func (h *Fake) checkChange(op, name string) error {
	if isKernel(name) {
		return pathError(op, name, fs.ErrInvalid)
	}
	if h.dirs[name] {
		return pathError(op, name, syscall.EISDIR)
	}
	for at := name; at != "/"; at = path.Dir(at) {
		if to, isLink := h.links[at]; isLink {
			return &LinkError{Path: name, Link: at, To: to}
		}
		if _, isFile := h.files[at]; isFile && at != name {
			return pathError(op, name, syscall.ENOTDIR)
		}
	}
	return nil
}

// WriteControl implements Host.
func (h *Fake) WriteControl(ctx context.Context, name, data string) error {
	name, err := h.begin(ctx, "open", name)
	if err != nil {
		return err
	}
	defer h.mu.Unlock()
	fail := func(op string, err error) error { return &ControlError{Op: op, Path: name, Data: data, Err: err} }
	c := h.controls[name]
	switch {
	case c == nil && h.dirs[name]:
		return fail("open", syscall.EISDIR)
	case c == nil:
		return fail("open", syscall.ENOENT)
	case c.Mode&0o222 == 0:
		return fail("open", syscall.EACCES)
	}
	v := h.variable(name)
	accept := v.Accept
	if accept == nil {
		accept = func(_, written string) (string, error) { return written, nil }
	}
	value, err := accept(v.Value, strings.TrimSuffix(data, "\n"))
	if err != nil {
		return fail("write", err)
	}
	v.Value = value
	return nil
}

// Run implements Host.
func (h *Fake) Run(ctx context.Context, c Command) (Result, error) {
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	if len(c.Argv) == 0 {
		return Result{}, fmt.Errorf("run a program: %w: no name is given", fs.ErrInvalid)
	}
	h.mu.Lock()
	p := h.programs[c.Argv[0]]
	h.mu.Unlock() // a program may use the host
	if p == nil {
		return Result{}, fmt.Errorf("run %s: %w: no such program", c.Argv[0], fs.ErrNotExist)
	}
	return p(ctx, c)
}
