#!/bin/sh
# Builds the Debian package for the release and the Node it runs on; the last line it prints is the package's path.
# Usage: packaging/package.sh [--out DIRECTORY]
set -eu
umask 022

root=$(cd "$(dirname "$0")/.." && pwd)
out=$root
case "${1-}" in
  '') ;;
  --out)
    mkdir -p "$2"
    out=$(cd "$2" && pwd)
    ;;
  *)
    echo "usage: $0 [--out DIRECTORY]" >&2
    exit 2
    ;;
esac

fail() {
  printf 'umlnfs: cannot build the package: %s\n' "$1" >&2
  exit 1
}

cd "$root"
version=$(node -p 'require("./package.json").version')
architecture=$(dpkg --print-architecture)
[ "$(dpkg-parsechangelog -l packaging/debian/changelog -S Version)" = "$version" ] ||
  fail "packaging/debian/changelog has another version than package.json ($version)"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
tree=$work/umlnfs-$version
mkdir "$tree"

# Compiled afresh: dist of the checkout may hold what the sources no longer have.
node_modules/.bin/tsc -p tsconfig.build.json --outDir "$tree/dist" --sourceMap false
# For the checkout only.
rm -rf "$tree/dist/bench"
(cd src && find . \( -name '*.sh' -o -name '*.config' \) -exec cp --parents {} "$tree/dist" \;)
cp -R package.json package-lock.json README.md SECURITY.md etc units docs "$tree"
cp -R packaging/debian "$tree/debian"

# The modules that run, as npm ci put them there.
npm ls --omit=dev --all --parseable | while read -r module; do
  [ "$module" != "$root" ] || continue
  mkdir -p "$tree/$(dirname "${module#"$root"/}")"
  [ -e "$tree/${module#"$root"/}" ] || cp -R "$module" "$tree/${module#"$root"/}"
done
node "$tree/dist/manual/main.js" "$tree"
rm -rf "$tree"/node_modules/sd-notify/build "$tree"/node_modules/unix-dgram/build

(cd "$tree" && cat debian/copyright.in && node debian/copyright-of-modules.mjs node_modules) >"$work/copyright"
mv "$work/copyright" "$tree/debian/copyright"
(cd "$tree" && dpkg-buildpackage --build=binary --no-sign --root-command=fakeroot >"$work/log" 2>&1) || {
  cat "$work/log" >&2
  fail 'dpkg-buildpackage failed, see above'
}
lintian --fail-on error,warning --tag-display-limit 0 "$work"/umlnfs_*.deb >&2 || fail 'lintian found faults'

package=umlnfs_${version}_$architecture.deb
mv "$work/$package" "$out/$package"
printf '%s\n' "$out/$package"
