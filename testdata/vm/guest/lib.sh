# What scenarios are written with. A scenario begins with
#     . /run/ctplan-vm/lib.sh
# runs under `sh -eu`, and must reach its end. Each verdict has a short name
# of its own, in words joined with hyphens.

# run COMMAND...: runs it, whatever becomes of it. Leaves what it printed in
# $out and its exit status in $status.
run() {
    printf '$ %s\n' "$*"
    out=$("$@" 2>&1) && status=0 || status=$?
    [ -z "$out" ] || printf '%s\n' "$out"
    [ "$status" = 0 ] || printf '(exit status %s)\n' "$status"
}

# ok NAME / not_ok NAME REASON: a verdict.
ok() { report "ok $1"; }
not_ok() { report "not ok $1: $(printf '%s' "$2" | tr '\n' ' ' | cut -c1-2000)"; }
report() { printf '%s\n' "$1" && printf '%s\n' "$1" >&3; }

# want NAME STATUS COMMAND...: the command must end with that status.
want() {
    want_name=$1 want_status=$2
    shift 2
    run "$@"
    if [ "$status" = "$want_status" ]; then ok "$want_name"; else not_ok "$want_name" "exit status $status instead of $want_status: $out"; fi
}

# eq NAME GOT WANTED: two texts must be the same.
eq() {
    if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '$2', want '$3'"; fi
}

# says NAME TEXT...: what the last run printed must hold each text.
says() {
    says_name=$1
    shift
    for says_text; do
        case $out in
        *"$says_text"*) ;;
        *) not_ok "$says_name" "no '$says_text' in: $out"; return ;;
        esac
    done
    ok "$says_name"
}

# same NAME FILE FILE: two files must be the same.
same() {
    if same_diff=$(diff "$2" "$3"); then ok "$1"; else not_ok "$1" "$same_diff"; fi
}

# setting KEY: the value of a kernel parameter, as the kernel prints it.
setting() { cat "/proc/sys/$(printf '%s' "$1" | tr . /)"; }

# back_to FILE COMMAND...: rolls back what a crash has left. COMMAND prints how
# the host is, and FILE holds what it printed before. A crash right after the
# commit left a finished apply: then rollback may say that there was nothing
# to undo, and a second one goes back a generation. What it must not do is say
# that the host is as before when it is not.
back_to() {
    back_to_host=$(cat "$1")
    shift
    run ctplan rollback -auto-approve
    [ "$("$@")" != "$back_to_host" ] || return 0
    case $out in *"as it was before"*) return 1 ;; esac
    run ctplan rollback -auto-approve
    [ "$("$@")" = "$back_to_host" ]
}

# cut_power: has the machine lose its power here and now. Nothing that is not
# on the disk yet will be.
cut_power() {
    echo cut >&3
    while :; do sleep 60; done
}

# system: prints what ctplan could have changed, and what must be as it was
# after destroy: netfilter's parameters and modules, files under /etc.
system() {
    find /proc/sys/net/netfilter /proc/sys/net/nf_conntrack_max -type f ! -name nf_conntrack_count 2>/dev/null | sort |
        while read -r key; do printf '%s = %s\n' "$key" "$(cat "$key")"; done
    # Others come and go with the hardware that udev finds.
    sed -n -E 's/^((nf|nft|xt|x|ip|ip6|ipt|ip6t|br|iptable|ip6table|arp|arptable|ebt|ebtable)_[a-z0-9_]*) .*/module \1/p' /proc/modules | sort
    find /etc -type f -exec sha256sum {} + | sort -k2
    find /etc -type l -exec ls -l {} + | sed 's/.* \(\/etc\)/\1/' | sort
}
