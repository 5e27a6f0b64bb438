#!/bin/sh
# Prepares a Debian machine for `npm start`, `npm test`, `npm run test:machine` or `npm run package`: installs the
# packages that are missing, the npm dependencies and the build, each only when needed.
# Usage: packaging/bootstrap.sh start|test|machine|package
set -eu
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
cd "$root"

say() { printf 'umlnfs: %s\n' "$*" >&2; }
fail() {
  say "cannot $1"
  shift
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# The kernel, the NFS server and its bus, the guest's root and initramfs, the network; then what builds native modules.
start_packages='user-mode-linux dnsmasq-base nfs-ganesha nfs-ganesha-vfs dbus-daemon iproute2 nftables util-linux
  mmdebstrap busybox-static cpio kmod xz-utils zstd ca-certificates
  libsystemd-dev pkg-config make g++ python3'
# What makes and checks a Debian package.
package_packages='build-essential debhelper fakeroot lintian libsystemd-dev pkg-config python3'
# exportfs, a container with systemd, the firewall and the checkers that tests use.
test_packages="$start_packages $package_packages nfs-kernel-server systemd-container procps shellcheck
  groff mandoc man-db zsh libglib2.0-bin attr acl xfsprogs flex bison bc openssh-server openssh-client e2fsprogs"
# The emulated host: the package, the tree of the host, its disk, the computer.
machine_packages="$package_packages mmdebstrap ca-certificates busybox-static e2fsprogs qemu-system-x86 util-linux"

case "${1-}" in
  start) packages=$start_packages ;;
  test) packages=$test_packages ;;
  machine) packages=$machine_packages ;;
  package) packages=$package_packages ;;
  *) fail 'tell what to prepare: no such job' "usage: $0 start|test|machine|package" ;;
esac

check_user() {
  [ "$(id -u)" -eq 0 ] || fail 'prepare this machine: not root' \
    'namespaces, tap devices and an NFS server need root: run it as root, or with sudo.'
}

# Prints the version of Node's module interface, for which native modules are built.
check_node() {
  hint='On Debian 13: apt install nodejs npm. On Debian 12: take Node 20 or later from nodesource.com or nodejs.org.'
  command -v node >/dev/null 2>&1 || fail 'find Node.js: no node in PATH' "umlnfs needs Node >= 20.19. $hint"
  command -v npm >/dev/null 2>&1 || fail 'find npm: no npm in PATH' "$hint"
  node -e '
    const [major, minor] = process.versions.node.split(".").map(Number);
    if (major < 20 || (major === 20 && minor < 19)) process.exit(1);
    console.log(process.versions.modules);
  ' || fail "use Node $(node --version): umlnfs needs >= 20.19" "$hint"
}

missing_packages() {
  # shellcheck disable=SC2086 # a list of names
  installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $packages 2>/dev/null | sed -n 's/^installed //p')
  for package in $packages; do
    printf '%s\n' "$installed" | grep -qxF "$package" || printf '%s ' "$package"
  done
}

# Servers among the new packages must not begin to serve on this host because somebody tries umlnfs: while
# packages are installed, policy-rc.d says no (where there is one already, it decides), and units that they
# enable for the next boot are disabled again.
policy=/usr/sbin/policy-rc.d
install_packages() {
  say "installing Debian packages: $*"
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  before=$(mktemp)
  made=$before
  trap 'rm -f $made' EXIT
  enabled_units >"$before"
  if [ ! -e "$policy" ]; then
    made="$before $policy"
    printf '#!/bin/sh\n# made by umlnfs while it installs packages\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  export DEBIAN_FRONTEND=noninteractive
  apt="apt-get -q -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3"
  $apt update >&2 || fail 'read the package lists' 'Look at the messages above, then at /etc/apt/sources.list.'
  $apt install -y --no-install-recommends "$@" >&2 </dev/null ||
    fail 'install the packages' "Try it by hand: apt-get install --no-install-recommends $*"
  for unit in $(enabled_units | grep -vxFf "$before"); do
    systemctl --quiet disable "$unit" >&2 || continue
    say "$unit came with a package and is left disabled: systemctl enable --now $unit"
  done
  # shellcheck disable=SC2086 # names without spaces
  rm -f $made
  trap - EXIT INT TERM HUP
}

# Prints the enabled units where systemd runs, and nothing elsewhere.
enabled_units() {
  [ -d /run/systemd/system ] || return 0
  systemctl list-unit-files --state=enabled --no-legend --no-pager | sed 's/ .*//'
}

install_modules() {
  stamp=node_modules/.umlnfs-node
  if [ -e node_modules/.package-lock.json ] && [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ] &&
    [ "$(cat "$stamp" 2>/dev/null || printf '%s' "$1")" = "$1" ]; then
    return 0
  fi
  say 'installing npm dependencies'
  # Native modules are built against the headers beside this Node where it has them, without a download.
  prefix=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
  if [ -e "$prefix/include/node/node_api.h" ]; then
    export npm_config_nodedir="${npm_config_nodedir:-$prefix}"
  fi
  npm ci --no-audit --no-fund --loglevel=error >&2 </dev/null || fail 'install the npm dependencies' 'Try it by hand: npm ci'
  printf '%s' "$1" >"$stamp"
}

build() {
  if [ -e dist/.built ] && [ -z "$(find src docs/man tsconfig.json tsconfig.build.json package.json -newer dist/.built -print -quit)" ]; then
    return 0
  fi
  say 'building'
  # The stamp is as old as the beginning: what is edited during the build is built again.
  rm -rf dist
  mkdir dist
  touch dist/.building
  npm run --silent build >&2 || fail 'build' 'Look at the messages of the compiler above.'
  mv dist/.building dist/.built
}

check_user
modules=$(check_node)
# Debian's Node has its headers in a package of their own.
[ "$1" = start ] || [ -e "$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")/include/node/node_api.h" ] ||
  packages="$packages libnode-dev"
command -v apt-get >/dev/null 2>&1 || fail 'install packages: this is no Debian' \
  "Have these installed, by whatever name, and run the build by hand: $packages"
missing=$(missing_packages)
# shellcheck disable=SC2086 # a list of names
[ -z "$missing" ] || install_packages $missing
install_modules "$modules"
build
