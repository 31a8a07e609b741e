#!/usr/bin/env bash
# Shows ctplan at work on the real kernel, in a network namespace of its own
# that is removed at the end. Run it as root, through `make demo`.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "$(id -u)" != 0 ]; then
  echo "The demo makes a network namespace and needs root." >&2
  exit 1
fi

ns="ctplan-demo-$$"
work=$(mktemp -d)
cleanup() {
  ip netns del "$ns" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
ip netns add "$ns"

# A root directory of its own, so that what the next boot would bring is
# shown too without touching this machine's /etc.
mkdir -p "$work/root/etc/sysctl.d" "$work/conf"
cat > "$work/conf/main.ctplan.hcl" <<'HCL'
variable "idle" {
  type    = string
  default = "1h"
}

conntrack "edge" {
  tcp_timeout_established = var.idle
  tcp_timeout_time_wait   = 60
  udp_timeout_stream      = "3m"
  log_invalid             = "tcp"
  acct                    = true
}
HCL

ctplan=(bin/ctplan -netns "$ns" -root "$work/root" -state-dir "$work/state")
say() { printf '\n\033[1m── %s\033[0m\n' "$*"; }
run() {
  printf '$ ctplan %s\n' "$*"
  "${ctplan[@]}" "$@" && status=0 || status=$?
  [ "$status" = 0 ] || printf '(exit code %d)\n' "$status"
}
expect() { # expect CODE: the last run must have ended with it
  [ "$status" = "$1" ] || { echo "the demo expected exit code $1, not $status" >&2; exit 1; }
}
settings() { ip netns exec "$ns" sysctl -a --pattern '^net\.netfilter' | grep -v nf_conntrack_count; }

settings > "$work/before"
say "The configuration"
cat "$work/conf/main.ctplan.hcl"

say "validate: is it right, on any machine?"
run validate "$work/conf"; expect 0
say "plan: what differs from the live kernel, and from the next boot?"
run plan "$work/conf"; expect 0
say "apply: one transaction"
run apply -auto-approve "$work/conf"; expect 0
say "plan again: nothing to do"
run plan -detailed-exitcode "$work/conf"; expect 0
say "somebody changes a value by hand; drift finds it"
ip netns exec "$ns" sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=432000
run drift "$work/conf"; expect 2
say "apply puts it right, with one hour and a half this time"
run apply -auto-approve -var idle=90m "$work/conf"; expect 0
say "history, and a rollback of the last apply"
run history; expect 0
run rollback -auto-approve; expect 0
say "destroy: everything as it was found"
run destroy -auto-approve; expect 0

settings > "$work/after"
if cmp -s "$work/before" "$work/after" && [ -z "$(find "$work/root/etc" -type f)" ]; then
  say "All of net.netfilter and /etc are byte for byte what they were."
else
  diff "$work/before" "$work/after" || true
  find "$work/root/etc" -type f
  echo "the namespace is not as it was" >&2
  exit 1
fi
