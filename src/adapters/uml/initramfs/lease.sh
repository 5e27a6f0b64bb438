#!/bin/sh
# Called by udhcpc with what the DHCP server said in its environment: keeps it for /init to read.
# Each value is one line; a value with a newline in it could else pass for another one.

[ "$1" = bound ] || exit 0

# The variables are udhcpc's.
# shellcheck disable=SC2154
for entry in "ip=$ip" "subnet=$subnet" "router=$router" "dns=$dns" "hostname=$hostname" \
    "ntpsrv=$ntpsrv" "serverid=$serverid" "rootpath=$rootpath"; do
    case $entry in
        *=) ;;
        *'
'*) ;;
        *) echo "$entry" ;;
    esac
done > /lease.txt
