import { confined } from './confined.ts';

export interface Shown {
  /** A directory or file of the host; what is mounted below it is not shown. */
  readonly from: string;
  /** Its name at the top of what the command sees. */
  readonly to: string;
  readonly writable: boolean;
}

/**
 * A command that reads what somebody hostile has made: it sees the host's programs, read-only, and what it is shown,
 * without devices, and nothing else of the host; and it has no more rights than copying takes. Wherever a path or
 * link leads it, that is all there is.
 * @param scratch an empty directory, seen by nobody
 */
export function jailed(scratch: string, shown: readonly Shown[], command: readonly string[]): string[] {
  const places = shown.flatMap(({ from, to, writable }) => [writable ? 'rw' : 'ro', from, to]);
  return confined(['sh', '-c', script, 'sh', scratch, ...places, '--', ...command]);
}

const rights = ['chown', 'dac_override', 'dac_read_search', 'fowner', 'fsetid', 'mknod', 'setfcap'];

const script = `set -eu
PATH=/usr/sbin:/usr/bin:/sbin:/bin
export PATH
jail=$1
shift
mount -t tmpfs -o size=1m,mode=755 umlnfs-jail "$jail"
cd "$jail"
for name in usr bin sbin lib lib32 lib64 libx32; do
    if [ -L "/$name" ]; then
        cp -P "/$name" "$name"
    elif [ -d "/$name" ]; then
        mkdir "$name"
        mount --bind "/$name" "$name"
        mount -o remount,bind,ro,nosuid,nodev "$name"
    fi
done
while [ "$1" != -- ]; do
    if [ -d "$2" ]; then mkdir "$3"; else : > "$3"; fi
    mount --bind "$2" "$3"
    mount -o "remount,bind,$1,nosuid,nodev,noexec" "$3"
    shift 3
done
shift
mkdir old proc
mount -t proc proc proc
pivot_root . old
cd /
umount -l /old
mount -o remount,ro /
umount /proc
exec setpriv --no-new-privs --inh-caps=-all --bounding-set=-all,${rights.map((one) => `+${one}`).join(',')} -- "$@"
`;
