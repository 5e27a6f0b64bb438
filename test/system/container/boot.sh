#!/bin/sh
# Boots a Debian tree with systemd as process 1, in namespaces of its own. Nothing is written to the tree.
#   sh boot.sh TREE RUN
# RUN is a directory for what the container changes, RUN/export its /export: a real file system, since an overlay can
# not be exported. What it says on its console goes to standard output. SIGTERM ends it at once.
set -eu
tree=$1
run=$2

if [ "${UMLNFS_TEST_CONTAINER:-}" != inside ]; then
  export UMLNFS_TEST_CONTAINER=inside
  exec unshare --mount --propagation private sh "$0" "$@"
fi

# systemd-nspawn takes the cgroups that it finds: one hierarchy, as on the platform, whatever the machine has.
umount --recursive --lazy /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup

mkdir -p "$run/upper" "$run/work" "$run/root" "$run/export" "$run/dev"
mount -t overlay -o "lowerdir=$tree,upperdir=$run/upper,workdir=$run/work" umlnfs-test "$run/root"
# The machine's own tun node may be root's alone; guests run as ordinary users, and Debian's is for all.
mount -t tmpfs -o mode=755 umlnfs-test "$run/dev"
mknod -m 666 "$run/dev/tun" c 10 200
# Disks of guests are files: loop devices, which a container has none of otherwise.
mknod -m 660 "$run/dev/loop-control" c 10 237
set -- "--bind=$run/dev/loop-control:/dev/loop-control"
loop=0
while [ "$loop" -lt 16 ]; do
  mknod -m 660 "$run/dev/loop$loop" b 7 "$loop"
  set -- "$@" "--bind=$run/dev/loop$loop:/dev/loop$loop"
  loop=$((loop + 1))
done

# A cgroup of its own, since several may run at a time.
cgroup=/sys/fs/cgroup/umlnfs-test-$$
mkdir "$cgroup"
echo $$ >"$cgroup/cgroup.procs"

end() {
  trap - EXIT TERM INT HUP
  echo $$ >/sys/fs/cgroup/cgroup.procs
  kill -KILL "${container:-}" 2>/dev/null || :
  wait
  tries=100
  until find "$cgroup" -depth -type d -exec rmdir {} + 2>/dev/null || [ "$tries" -eq 0 ]; do
    sleep 0.05
    tries=$((tries - 1))
  done
  exit 0
}
trap end EXIT TERM INT HUP

# In a process namespace of its own, everything ends with its first process: systemd-nspawn leaves its container behind
# when it is killed.
# Ganesha opens files by their handles, UML changes its segment descriptors.
SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 setpriv --pdeathsig KILL \
  unshare --pid --fork --kill-child --mount-proc \
  systemd-nspawn --quiet --boot --directory="$run/root" --machine=umlnfs-test-$$ \
  --register=no --keep-unit --private-network --capability=all --link-journal=no --console=pipe \
  --bind="$run/dev/tun:/dev/net/tun" --bind="$run/export:/export" "$@" \
  --system-call-filter='open_by_handle_at modify_ldt @keyring' &
container=$!
wait
