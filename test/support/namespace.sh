#!/bin/sh
# Runs a command as the integration tests need it: in network, mount and process namespaces of its own, so that
# bridges, taps, exports, buses and addresses of this machine are neither touched nor needed, and whatever a test
# leaves behind ends with it.
#   sh test/support/namespace.sh COMMAND [ARGUMENT…]
set -eu

if [ "${UMLNFS_TEST_NAMESPACE:-}" != inside ]; then
    if [ "$(id -u)" != 0 ]; then
        echo "cannot run the integration tests: they make namespaces, and that takes root; run this with sudo" >&2
        exit 1
    fi
    export UMLNFS_TEST_NAMESPACE=inside
    # The way back to a network with a mirror of Debian in it.
    exec 7< /proc/self/ns/net
    exec unshare --net --mount --propagation private --pid --fork --mount-proc --kill-child sh "$0" "$@"
fi

mount -t tmpfs -o mode=755 umlnfs-test /mnt
# What tests run as an ordinary user is read from here, and the way to a checkout in /root is closed to that user.
mkdir /mnt/checkout
# As it is: a checkout somewhere under /mnt has no path any more.
mount --no-canonicalize --rbind . /mnt/checkout
cd /mnt/checkout

# Roots that tests make are exported, and from version 6 on NFS-Ganesha exports no tmpfs, which /tmp is on Debian 13.
export TMPDIR=/var/tmp

# The packaged tun node may be root's alone; guests run as ordinary users.
mknod -m 666 /mnt/tun c 10 200
if [ -e /dev/net/tun ]; then mount --bind /mnt/tun /dev/net/tun; fi

# exportfs keeps its state there; umlnfs and the system bus in /run.
mkdir /mnt/etc
cp -a /etc/. /mnt/etc
mount --bind /mnt/etc /etc
: > /etc/exports
rm -rf /etc/exports.d
mkdir /etc/exports.d
if [ -d /var/lib/nfs ]; then mount -t tmpfs -o mode=755 umlnfs-nfs /var/lib/nfs; fi
mount -t tmpfs -o mode=755 umlnfs-run /run

touch /mnt/outer-network
mount --bind /proc/self/fd/7 /mnt/outer-network
exec 7<&-

ip link set lo up

# Not exec: this shell stays process 1 and reaps what tests orphan.
"$@"
