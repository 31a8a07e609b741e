package hosttest

import (
	"os"
	"testing"
)

// RequireVariable is the environment variable that turns skips into failures.
const RequireVariable = "CTPLAN_REQUIRE"

// Require skips the test where something that it needs is missing (ok is
// false), saying what. With CTPLAN_REQUIRE=1, as in continuous integration,
// the test fails instead, so that a part cannot go untested unnoticed.
func Require(t testing.TB, what string, ok bool) {
	t.Helper()
	if ok {
		return
	}
	if os.Getenv(RequireVariable) == "1" {
		t.Fatalf("this test needs %s, and %s=1 forbids to skip it", what, RequireVariable)
	}
	t.Skipf("this test needs %s", what)
}

// RequireRoot is Require for a test that only root can run.
func RequireRoot(t testing.TB) {
	t.Helper()
	Require(t, "root", os.Geteuid() == 0)
}
