# Power loss. CUT_BEFORE=1: the last boot was cut off; undo what it left. POINT:
# apply, and lose the power right after that system call.
. /run/ctplan-vm/lib.sh

modprobe nf_conntrack
if [ -z "${CUT_BEFORE-}" ]; then
    system > /root/before
else
    run ctplan plan -detailed-exitcode /root/conf
    if back_to /root/before system; then ok restored; else not_ok restored "$(system | diff /root/before -)"; fi
fi
if [ -n "${POINT-}" ]; then
    sync # only what ctplan does from here on is at risk
    run killat "$POINT" ctplan apply -auto-approve /root/conf
    eq killed "$status" 99
    cut_power
fi
