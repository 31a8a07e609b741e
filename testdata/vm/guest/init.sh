#!/usr/bin/sh
# Process 1 of the small guest: what systemd does elsewhere, as far as a
# scenario needs it.
busybox=/usr/bin/busybox
$busybox mount -t proc -o nosuid,nodev,noexec proc /proc
$busybox mkdir /busybox
$busybox --install -s /busybox # reads /proc
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/busybox

mount -t sysfs -o nosuid,nodev,noexec sysfs /sys
mount -t devtmpfs -o nosuid devtmpfs /dev
mount -t tmpfs -o nosuid,nodev tmpfs /run
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
ip link set lo up

/usr/lib/ctplan-vm/session.sh
poweroff -f
