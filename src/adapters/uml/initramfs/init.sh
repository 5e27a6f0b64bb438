#!/bin/sh
# The first program of a guest whose kernel has NFS as modules. It does what a kernel with CONFIG_ROOT_NFS and
# CONFIG_IP_PNP does itself, told by the same parameters (Documentation/admin-guide/nfs/nfsroot.rst), and then
# makes way for the root's own init. Everything here is busybox; each program that is run costs the guest's boot
# some 20 ms, so there are few.

set -f
PATH=/bin
retry_seconds=60

# Exit statuses of the guest's process, for the one who started it.
no_modules=120
no_network=121
no_root=122
no_init=123

say() {
    echo "umlnfs: $*"
}

# fail STATUS REASON: tells why on the console, and ends the guest with that exit status.
fail() {
    status=$1
    shift
    say "cannot $*"
    echo "$status" > /proc/exitcode
    poweroff -f
    # Reached only where that fails, too; the kernel panics then.
    exit "$status"
}

# ip=CLIENT:SERVER:GATEWAY:NETMASK:HOSTNAME:DEVICE:AUTOCONF:DNS0:DNS1:NTP0, or a method alone
parse_ip() {
    case $1 in
        on | any | both | dhcp | dhcp,* | bootp | rarp | off | none | '') method=${1:-off} && return ;;
    esac
    old_ifs=$IFS
    IFS=:
    # shellcheck disable=SC2086 # the fields are to be split
    set -- $1
    IFS=$old_ifs
    client=$1 boot_server=$2 gateway=$3 netmask=$4 host=$5 device=$6 method=$7 dns0=$8
    dns1=$9 ntp0=${10}
}

# nfsroot=[SERVER:]DIRECTORY[,OPTIONS]
parse_nfsroot() {
    place=${1%%,*}
    case $1 in
        *,*) options=${1#*,} ;;
    esac
    case $place in
        [0-9]*:*) nfs_server=${place%%:*} directory=${place#*:} ;;
        '' | default) ;;
        *) directory=$place ;;
    esac
}

parse_command_line() {
    mode=ro init='' device='' method=off options='' directory='' nfs_server=''
    disk='' more_modules='' client='' boot_server='' gateway='' netmask='' host='' dns0='' dns1='' ntp0=''
    read -r line < /proc/cmdline
    for word in $line; do
        case $word in
            ip=* | nfsaddrs=*) parse_ip "${word#*=}" ;;
            nfsroot=*) parse_nfsroot "${word#*=}" ;;
            init=*) init=${word#*=} ;;
            root=/dev/ubd*) disk=${word#*=} ;;
            umlnfs.modules=*) more_modules="$more_modules ${word#*=}" ;;
            rw | ro) mode=$word ;;
            # Seconds for which a server that does not answer is tried.
            umlnfs.retry=*[!0-9]* | umlnfs.retry=) ;;
            umlnfs.retry=*) retry_seconds=${word#*=} ;;
            --) break ;;
        esac
    done
}

# has_device NAME
has_device() {
    while read -r name rest; do
        case $name in
            "$1":*) return 0 ;;
        esac
    done < /proc/net/dev
    return 1
}

# The first device, where none is named.
first_device() {
    while read -r name rest; do
        case $name in
            lo:* | *'|'*) ;;
            *:*) device=${name%%:*} && return ;;
        esac
    done < /proc/net/dev
}

# Values of the lease fill in what the parameters left open.
ask_dhcp() {
    [ -e /bin/udhcpc ] || fail $no_network "get an address: this busybox has no udhcpc"
    ifconfig "$device" up || fail $no_network "bring $device up"
    udhcpc -i "$device" -n -q -f -t 20 -T 1 -s /lease ${host:+-x "hostname:$host"} ||
        fail $no_network "get an address: no DHCP server answered on $device"
    while IFS='=' read -r key value; do
        case $key in
            ip) client=${client:-$value} ;;
            subnet) netmask=${netmask:-$value} ;;
            router) gateway=${gateway:-${value%% *}} ;;
            hostname) host=${host:-$value} ;;
            serverid) boot_server=${boot_server:-$value} ;;
            rootpath) [ -n "$directory" ] || parse_nfsroot "$value" ;;
            ntpsrv) ntp0=${ntp0:-${value%% *}} ;;
            dns)
                dns0=${dns0:-${value%% *}}
                case $value in
                    *' '*) value=${value#* } && dns1=${dns1:-${value%% *}} ;;
                esac
                ;;
        esac
    done < /lease.txt
}

configure_network() {
    [ -n "$device" ] || first_device
    [ -n "$device" ] || fail $no_network "set up the network: there is no network device"
    has_device "$device" || fail $no_network "set up the network: there is no device $device"
    ifconfig lo 127.0.0.1 up
    case $method in
        on | any | both | dhcp*) ask_dhcp ;;
        bootp | rarp) fail $no_network "get an address: $method needs a kernel with CONFIG_IP_PNP" ;;
    esac
    [ -n "$client" ] || fail $no_network "set up the network: ip= gives no address"
    ifconfig "$device" "$client" ${netmask:+netmask "$netmask"} up ||
        fail $no_network "give $device the address $client"
    case $gateway in
        '' | 0.0.0.0) ;;
        *) route add default gw "$gateway" || say "no route to the gateway $gateway" ;;
    esac
    case $host in
        '') ;;
        *.*) echo "${host%%.*}" > /proc/sys/kernel/hostname && echo "${host#*.}" > /proc/sys/kernel/domainname ;;
        *) echo "$host" > /proc/sys/kernel/hostname ;;
    esac
}

# A root that is no NFS root: its file system is one that the kernel has built in.
mount_disk() {
    mount -t devtmpfs devtmpfs /dev || fail $no_root "see the disk $disk"
    if [ -n "$more_modules" ] && [ -d /lib/modules ]; then
        # shellcheck disable=SC2086 # a list of names
        modprobe -a $more_modules || fail $no_modules "load $more_modules"
    fi
    mount -o "$mode" "$disk" /root 2> /mount.txt || {
        read -r reason < /mount.txt
        fail $no_root "mount the root $disk: ${reason##*failed: }"
    }
    umount /dev
}

mount_root() {
    [ -z "$disk" ] || { mount_disk && return; }
    nfs_server=${nfs_server:-$boot_server}
    directory=${directory:-/tftpboot/%s}
    case $directory in
        *%s*) directory=${directory%%%s*}${host:-$client}${directory#*%s} ;;
    esac
    [ -n "$nfs_server" ] || fail $no_root "mount the root: nfsroot= and ip= name no server"
    # The kernel's own defaults first, and what must hold last.
    options=vers=3,tcp,rsize=4096,wsize=4096${options:+,$options},nolock,addr=$nfs_server
    case $options in
        *vers=4*) options=$options,clientaddr=$client modules='nfsv4' ;;
        *) modules='nfsv3' ;;
    esac
    if [ -d /lib/modules ]; then
        # The kernel's command line has their parameters, and modprobe reads it.
        # shellcheck disable=SC2086 # lists of names
        modprobe -a $modules $more_modules || fail $no_modules "load the NFS modules"
    fi
    say "mounting $nfs_server:$directory ($mode,$options)"
    read -r now rest < /proc/uptime
    deadline=$((${now%%.*} + retry_seconds))
    delay=0.2 last=''
    until mount -t nfs -o "$mode,$options" "$nfs_server:$directory" /root 2> /mount.txt; do
        read -r reason < /mount.txt
        reason=${reason##*failed: }
        # Once for each reason, not each time.
        [ "$reason" = "$last" ] || say "the server does not give the root yet: $reason"
        last=$reason
        read -r now rest < /proc/uptime
        [ "${now%%.*}" -lt "$deadline" ] ||
            fail $no_root "mount the root $nfs_server:$directory: $reason (tried for $retry_seconds s)"
        sleep $delay
        delay=1
    done
    read -r now rest < /proc/uptime
    say "mounted the root after $now s"
}

# What a kernel with CONFIG_IP_PNP shows in /proc/net/pnp, as initramfs-tools leaves it.
leave_network_facts() {
    [ -n "$dns0$ntp0" ] && [ -d /root/run ] || return 0
    mount -t tmpfs -o mode=755,nosuid,nodev,size=20% tmpfs /root/run || return 0
    cat > "/root/run/net-$device.conf" << EOF
DEVICE='$device'
PROTO='$method'
IPV4ADDR='$client'
IPV4NETMASK='$netmask'
IPV4GATEWAY='$gateway'
IPV4DNS0='$dns0'
IPV4DNS1='$dns1'
HOSTNAME='$host'
ROOTSERVER='$nfs_server'
NTPSERVER='$ntp0'
EOF
}

# An absolute link leads out of the root as it is mounted now, so a link counts as a program.
find_init() {
    for candidate in ${init:-/sbin/init /etc/init /bin/init /bin/sh}; do
        if [ -x "/root$candidate" ] || [ -L "/root$candidate" ]; then
            init=$candidate
            return
        fi
    done
    fail $no_init "start the root: it has no ${init:-/sbin/init}"
}

mount -t proc proc /proc || exit 1
parse_command_line
configure_network
mount_root
find_init
leave_network_facts
# A kernel that mounts its root itself mounts this, too.
[ -d /root/dev ] && mount -t devtmpfs devtmpfs /root/dev
# Older UML kernels hand their own argument on to init.
for argument; do
    shift
    [ "$argument" = noreboot ] || set -- "$@" "$argument"
done
if [ -d /root/proc ]; then mount --move /proc /root/proc; else umount /proc; fi
exec env -i HOME=/ TERM=linux switch_root /root "$init" "$@"
