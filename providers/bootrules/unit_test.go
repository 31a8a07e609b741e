package bootrules_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ctplan/ctplan/planner"
	"github.com/ctplan/ctplan/providers/bootrules"
	"github.com/ctplan/ctplan/providers/host/hosttest"
)

var update = flag.Bool("update", false, "rewrite the packaged unit")

const packaged = "../../packaging/systemd/ctplan-boot.service"

func TestPackagedUnitIsTheOneThatIsInstalled(t *testing.T) {
	if *update {
		if err := os.WriteFile(packaged, []byte(bootrules.Unit("")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(packaged)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(data), bootrules.Unit("")); diff != "" {
		t.Errorf("(-packaged +installed):\n%s", diff)
	}
}

func TestUnitNamesAnotherStateDirectory(t *testing.T) {
	for dir, want := range map[string][2]string{
		"/srv/ctplan":       {"RequiresMountsFor=/srv/ctplan\n", "ctplan boot -state-dir=/srv/ctplan\n"},
		"/srv/a b/100%":     {`RequiresMountsFor="/srv/a b/100%%"` + "\n", `ctplan boot "-state-dir=/srv/a b/100%%"` + "\n"},
		"/srv/$HOME":        {"RequiresMountsFor=/srv/$HOME\n", "ctplan boot -state-dir=/srv/$$HOME\n"},
		"/srv/x\nType=fork": {`RequiresMountsFor="/srv/x\nType=fork"` + "\n", `ctplan boot "-state-dir=/srv/x\nType=fork"` + "\n"},
	} {
		unit := bootrules.Unit(dir)
		for _, line := range want {
			if !strings.Contains(unit, line) {
				t.Errorf("%q: there is no %q in\n%s", dir, line, unit)
			}
		}
	}
	if strings.Contains(bootrules.Unit(bootrules.DefaultStateDir), "-state-dir") {
		t.Error("the default directory is named")
	}
}

// TestSystemdUnderstandsTheFiles has the real systemd look at them, below a
// root of their own.
func TestSystemdUnderstandsTheFiles(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	hosttest.Require(t, "systemd-analyze", err == nil)
	dir := t.TempDir()
	for _, s := range bootrules.Settings("") {
		name := filepath.Join(dir, filepath.Base(s.Target.Name))
		if err := os.WriteFile(name, []byte(s.State.Data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	out, err := exec.Command(analyze, "verify", "--man=no", filepath.Join(dir, "ctplan-boot.service")).CombinedOutput()
	var own []string
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "ctplan-boot") {
			own = append(own, line)
		}
	}
	if len(own) > 0 {
		t.Errorf("systemd-analyze verify (%v): %s", err, strings.Join(own, ""))
	}
}

func TestSettingsAreTwoPlainFilesOfTheBootLayer(t *testing.T) {
	settings := bootrules.Settings("")
	if len(settings) != 2 {
		t.Fatalf("%d settings", len(settings))
	}
	for _, s := range settings {
		if s.Layer != planner.Boot || s.Target.Kind != planner.KindFile || s.Phase != planner.PhaseFile || s.State.Mode != 0o644 || !s.Shared {
			t.Errorf("%+v", s)
		}
	}
}
