package sysctl

import (
	"fmt"
	"strconv"
	"strings"
)

// moduleOptions are the parameters whose initial value an option of
// nf_conntrack sets. Source: kernel, module_param in nf_conntrack_core.c,
// nf_conntrack_acct.c and nf_conntrack_timestamp.c.
var moduleOptions = map[string]string{
	pathMax:                                "hashsize",
	pathBuckets:                            "hashsize",
	"net/netfilter/nf_conntrack_acct":      "acct",
	"net/netfilter/nf_conntrack_timestamp": "tstamp",
}

// maxPerBucket is the factor between the option hashsize and the limit that
// the kernel derives from it when the module is loaded with that option.
const maxPerBucket = 8

// moduleOption is the initial value that a modprobe.d file or the kernel's
// command line gives a parameter, and where that stands.
func (b *boot) moduleOption(p *parameter) (value, note string, ok bool) {
	option := moduleOptions[p.path]
	if option == "" || b.modules == nil {
		return "", "", false
	}
	value, from, ok := b.modules.Options("nf_conntrack", option)
	if !ok {
		return "", "", false
	}
	note = fmt.Sprintf("option %s, %s", option, from)
	switch {
	case p.path == pathMax:
		n, err := strconv.ParseInt(roundUp(value, b.bucketStep), 0, 32)
		if err != nil {
			return "", "", false
		}
		return strconv.FormatInt(n*maxPerBucket, 10), fmt.Sprintf("%s, times %d", note, maxPerBucket), true
	case strings.EqualFold(value, "y"):
		value = "1"
	case strings.EqualFold(value, "n"):
		value = "0"
	}
	_, isNumber := numbers(value)
	return value, note, isNumber
}
