package schema

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/zclconf/go-cty/cty"
)

var sysctlTable = BlockType{
	Name:    "sysctl",
	Summary: "Any other kernel parameter.",
	Description: `One block sets one parameter under /proc/sys, now and at the next boot.
Parameters of connection tracking have names, units and ranges of their own in the ` + "`conntrack`" + ` block, and are refused here.

The value is compared with what the kernel shows after the write, number by number where it holds numbers.
A parameter that the kernel rounds or completes differs after every apply: declare the value that it shows.
` + "`net.netfilter.nf_hooks_lwtunnel`" + ` cannot be switched off again before the next boot.`,
	Attributes: []Attribute{
		{
			Name: "key", Type: TypeString, Required: true, Convert: convertSysctlKey,
			Description: "Name of the parameter, as `sysctl -a` prints it or with slashes. " +
				"The dots in an interface's name may stay as they are: `net.ipv4.conf.eth0.100.rp_filter` is understood.",
		},
		{
			Name: "value", Type: TypeAny, Required: true, Convert: convertSysctlValue,
			Description: "What the parameter should hold: a text, a whole number, or `true` and `false` for 1 and 0. " +
				"Several numbers are one text with blanks between them, `\"4096 131072 6291456\"`.",
		},
		persistAttribute,
	},
	Example: `sysctl "backlog" {
  key   = "net.core.netdev_max_backlog"
  value = 16384
}
`,
}

// convertSysctlKey gives every spelling of a key the form that sysctl prints,
// and sends conntrack's parameters to their own block.
func convertSysctlKey(v cty.Value) (cty.Value, error) {
	key, err := ParseSysctlKey(v.AsString())
	if err != nil {
		return cty.NilVal, err
	}
	if err := belongsElsewhere(key.String()); err != nil {
		return cty.NilVal, err
	}
	return cty.StringVal(key.String()), nil
}

func belongsElsewhere(key string) error {
	if !strings.HasPrefix(key, "net.") || !strings.Contains(key, "conntrack_") {
		return nil
	}
	bare := bareConntrackName(key)
	right := conntrackAttribute(key)
	current := conntrackPrefix + right
	switch {
	case notConntrack[bare] != "":
		return &Invalid{Summary: "Unsuitable kernel parameter", Detail: fmt.Sprintf("%s cannot be set. %s", key, notConntrack[bare])}
	case right == "":
		return nil // perhaps a newer kernel has it
	case key == current:
		return &Invalid{
			Summary: "Parameter of the conntrack block",
			Detail:  fmt.Sprintf("Use conntrack.%s for it: set %s in a conntrack block, which knows its unit and its range.", right, right),
		}
	case key == "net.nf_conntrack_max":
		return &Invalid{
			Summary: "Outdated or wrong kernel parameter",
			Detail:  fmt.Sprintf("%s is a second name of %s. Use conntrack.max for it: set max in a conntrack block.", key, current),
		}
	}
	return &Invalid{
		Summary: "Outdated or wrong kernel parameter",
		Detail:  fmt.Sprintf("Kernels from 4.8 on have no %s: it is %s. Use conntrack.%s for it: set %s in a conntrack block.", key, current, right, right),
	}
}

// convertSysctlValue makes one line of text of a value, fields separated by
// one blank.
func convertSysctlValue(v cty.Value) (cty.Value, error) {
	switch v.Type() {
	case cty.Bool:
		return cty.StringVal(Attribute{}.KernelValue(v)), nil
	case cty.Number:
		f := v.AsBigFloat()
		if f.MantExp(nil) > 64 {
			return cty.NilVal, &Invalid{Summary: "Value out of range", Detail: "No kernel parameter holds so large a number: 64 bits are the most."}
		}
		if !f.IsInt() {
			return cty.NilVal, &Invalid{
				Summary: "Not a whole number",
				Detail:  "Kernel parameters hold whole numbers. Write it in quotes if it is meant as text.",
			}
		}
		return cty.StringVal(numberText(v)), nil
	case cty.String:
		return sysctlText(v.AsString())
	}
	return cty.NilVal, unsuitable("value is a text, a whole number, true or false, and not %s. Several numbers go into one text: \"4096 131072 6291456\".", aKind(v.Type()))
}

// maxSysctlValue is how much the kernel takes in one write: a page less the
// final zero. Source: proc_dostring and proc_dointvec, kernel/sysctl.c.
const maxSysctlValue = 4095

func sysctlText(text string) (cty.Value, error) {
	if strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\t' }) {
		return cty.NilVal, unsuitable("value holds a line break or another control character. A kernel parameter is one line of text.")
	}
	line := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == '\t' }), " ")
	if len(line) > maxSysctlValue {
		return cty.NilVal, unsuitable("value has %d bytes, and the kernel takes at most %d.", len(line), maxSysctlValue)
	}
	return cty.StringVal(line), nil
}
