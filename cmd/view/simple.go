package view

// Line writes one line of data, such as an address or a file name.
func Line(out *Output, s string) {
	p := out.page()
	p.text(clean(s))
	p.flush()
}

// Verbatim writes bytes as they are: what goes through a filter.
func Verbatim(out *Output, data []byte) { out.write(data) }

// Valid is the closing line of validate.
func Valid(out *Output, warnings bool) {
	p := out.page()
	defer p.flush()
	if warnings {
		p.blank()
		p.line(in(boldOK, "Success!").add(" The configuration is valid, but there were some warnings as shown above."))
		return
	}
	p.line(in(boldOK, "Success!").add(" The configuration is valid."))
}

// Forgotten lists resources that were taken out of the state.
func Forgotten(out *Output, addresses []string) {
	p := out.page()
	defer p.flush()
	for _, a := range addresses {
		p.text("Removed " + clean(a))
	}
	p.text("Successfully removed " + count(len(addresses), "resource") + " from the state. The host keeps their settings.")
}

// VersionInfo says which ctplan runs where.
type VersionInfo struct {
	Version       string `json:"ctplan_version"`
	Commit        string `json:"commit,omitempty"`
	Platform      string `json:"platform"`
	Kernel        string `json:"kernel,omitempty"`
	FormatVersion string `json:"format_version"`
}

// VersionText writes the version for people.
func VersionText(out *Output, v VersionInfo) {
	p := out.page()
	defer p.flush()
	s := "ctplan " + v.Version
	if v.Commit != "" {
		s += " (" + v.Commit + ")"
	}
	p.text(clean(s))
	p.text("on " + v.Platform)
	if v.Kernel != "" {
		p.text("+ kernel " + clean(v.Kernel))
	}
}

// VersionJSON writes the version for programs.
func VersionJSON(out *Output, v VersionInfo) { writeJSON(out, v) }
