#!/bin/sh
# Runs one scenario and says how it went: the same in both guests. Three ways
# lead to the test: the disk with the serial "input" (a tar file, unpacked
# over the root directory), the disk "output" (which gets a tar file), and
# the second serial line, which carries the report and nothing else, one
# line each: ok NAME, not ok NAME: REASON, cut, exit STATUS.

exec 3<>/dev/ttyS1
stty raw -echo <&3

# disk SERIAL: prints the device of that serial number; disks appear while
# the system already runs.
disk() {
    tries=0
    while [ $tries -lt 100 ]; do
        for controller in /sys/class/nvme/*; do
            read -r serial 2>/dev/null < "$controller/serial" || continue
            if [ "$serial" = "$1" ] && [ -b "/dev/${controller##*/}n1" ]; then
                echo "/dev/${controller##*/}n1"
                return
            fi
        done
        sleep 0.1
        tries=$((tries + 1))
    done
}

tar -x -f "$(disk input)" -C /
OUT=/run/ctplan-vm/out GOCOVERDIR=/run/ctplan-vm/out/coverage
mkdir -p "$GOCOVERDIR"
export OUT GOCOVERDIR
set -a
. /run/ctplan-vm/environment
set +a

cd /root || exit
HOME=/root sh -eu /run/ctplan-vm/scenario.sh < /dev/null
status=$?

tar -c -f "$(disk output)" -C "$OUT" .
sync
echo "exit $status" >&3
stty raw <&3 # returns when the line has been sent
