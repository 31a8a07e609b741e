package vm

import (
	"bytes"
	"embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"
)

var (
	//go:embed scenarios/*.sh
	scenarios embed.FS
	// library is what scripts are written with.
	//go:embed guest/lib.sh
	library []byte
)

// Scenario is what happens in a guest between its boot and its power-off.
type Scenario struct {
	// Name is that of a script: scenarios/NAME.sh, run with `sh -eu` as root
	// in /root. guest/lib.sh says what it is written with.
	Name string
	// Files are put into the guest first, named from its root directory
	// ("etc/hosts"). In the whole guest they stay on the disk.
	Files fstest.MapFS
	// Env are variables for the script. In both guests $OUT is a directory
	// whose files come back as Result.Files.
	Env map[string]string
	// Limit is the longest time from power-on to power-off; zero means
	// DefaultLimit.
	Limit time.Duration
}

// DefaultLimit leaves room for machines that are busy with something else:
// undisturbed, a boot takes a twentieth of it.
const DefaultLimit = 8 * time.Minute

func (s Scenario) script() ([]byte, error) {
	script, err := scenarios.ReadFile("scenarios/" + s.Name + ".sh")
	if err != nil {
		return nil, fmt.Errorf("scenario %s: %w", s.Name, err)
	}
	return script, nil
}

func (s Scenario) fileNames() []string { return slices.Sorted(maps.Keys(s.Files)) }

// environment is a shell script that sets the variables.
func (s Scenario) environment() []byte {
	var b bytes.Buffer
	for _, name := range slices.Sorted(maps.Keys(s.Env)) {
		fmt.Fprintf(&b, "%s='%s'\n", name, strings.ReplaceAll(s.Env[name], "'", `'\''`))
	}
	return b.Bytes()
}
