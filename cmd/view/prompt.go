package view

import "github.com/ctplan/ctplan/planner"

// Prompt asks for the approval of a plan.
func Prompt(out *Output, mode planner.Mode) {
	p := out.page()
	defer p.flush()
	p.blank()
	switch mode {
	case planner.ModeDestroy:
		p.line(in(bold, "Do you really want to destroy all resources?"))
		p.text("  ctplan will put back what it found on the host, as shown above.")
		p.text("  Undo with: ctplan rollback")
	case planner.ModeRollback:
		p.line(in(bold, "Do you want to roll back?"))
		p.text("  ctplan will put the host back as shown above.")
	case planner.ModeNormal:
		p.line(in(bold, "Do you want to perform these actions?"))
		p.text("  ctplan will perform the actions described above.")
	}
	p.text("  Only 'yes' will be accepted to approve.")
	p.blank()
	p.buf.WriteString(text("  ").style(bold, "Enter a value:").render(out.Color) + " ")
}

// Declined says that nothing happens.
func Declined(out *Output, mode planner.Mode) {
	p := out.page()
	defer p.flush()
	p.blank()
	p.text(title(mode) + " cancelled. Nothing was changed.")
}
