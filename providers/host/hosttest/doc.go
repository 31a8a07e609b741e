// Package hosttest helps tests that use the real machine: throw-away network
// namespaces, what is in them, and the one rule for tests that need more
// than this machine offers. Only tests import it; it never touches the
// network namespace that the test itself runs in.
package hosttest
