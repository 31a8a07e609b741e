# The bed itself: what the power cut left.
. /run/ctplan-vm/lib.sh

eq synced "$(cat /root/safe)" safe
eq not-synced "$(cat /root/lost 2>/dev/null || echo none)" none
