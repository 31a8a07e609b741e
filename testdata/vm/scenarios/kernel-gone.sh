# Whole guest, third boot: the system is as if ctplan had never been there.
. /run/ctplan-vm/lib.sh

system > /root/after
same gone /root/before /root/after
want allowed 0 modprobe br_netfilter
