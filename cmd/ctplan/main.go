// A run lasts milliseconds: finding out how many processors a cgroup grants is
// work for nothing.
//go:debug containermaxprocs=0

// Command ctplan plans and applies a Linux host's connection tracking and
// packet logging. See package cli for its commands.
package main

import (
	"context"
	"os"
	"runtime/debug"

	"github.com/ctplan/ctplan/cmd/cli"
)

// gcPercent lets the heap grow to five times what is live: the whole run of
// an ordinary plan then ends before the first collection.
const gcPercent = 400

// memoryLimit is from where on memory is worth more than time: with thousands
// of rules the heap would grow to five times of much.
const memoryLimit = 56 << 20

func main() {
	debug.SetGCPercent(gcPercent)
	debug.SetMemoryLimit(memoryLimit)
	os.Exit(cli.Run(context.Background(), cli.NewEnv(), os.Args[1:]))
}
