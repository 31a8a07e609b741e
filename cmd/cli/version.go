package cli

import (
	"context"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/ctplan/ctplan/cmd/view"
	"github.com/ctplan/ctplan/planner"
)

// versionOptions are the flags of version.
type versionOptions struct{ json bool }

func newVersion(a *app, run func(context.Context, *versionOptions) error) *cobra.Command {
	o := &versionOptions{}
	cmd := &cobra.Command{
		Use:   "version",
		Short: "Say which ctplan this is",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if run != nil {
				return run(cmd.Context(), o)
			}
			return runVersion(cmd.Context(), a, o)
		},
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "write a JSON document")
	return cmd
}

func runVersion(ctx context.Context, a *app, o *versionOptions) error {
	info := view.VersionInfo{
		Version:       a.Build.Version,
		Commit:        a.Build.Commit,
		Platform:      runtime.GOOS + "_" + runtime.GOARCH,
		FormatVersion: planner.FormatVersion,
	}
	// A host that cannot be opened is no reason not to tell the version.
	if h, err := a.openHost(); err == nil {
		if facts, err := h.Facts(ctx); err == nil {
			info.Kernel = facts.Kernel
		}
		h.Close()
	}
	out := a.stdout()
	if o.json {
		view.VersionJSON(out, info)
	} else {
		view.VersionText(out, info)
	}
	return writeError("standard output", out.Err())
}
