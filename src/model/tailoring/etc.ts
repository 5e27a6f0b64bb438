/** Files of `/etc` that umlnfs changes line by line and otherwise leaves as they are. */

const hostsMark = '# umlnfs';
const takenOut = '# umlnfs: not for a guest whose root is on NFS: ';

/** `/etc/hosts` in which the host's own name leads to 127.0.1.1, as Debian has it. */
export function hostsWith(hosts: string | undefined, hostname: string): string {
  const line = `127.0.1.1\t${hostname}\t${hostsMark}`;
  if (hosts === undefined || hosts === '') {
    return `127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n${line}\n`;
  }
  const lines = hosts.split('\n');
  const own = lines.findIndex((each) => each.trimEnd().endsWith(hostsMark));
  if (own >= 0) lines[own] = line;
  else if (lines.some((each) => namesIn(each).includes(hostname))) return hosts;
  else if (lines.at(-1) === '') lines.splice(-1, 0, line);
  else lines.push(line, '');
  return lines.join('\n');
}

function namesIn(line: string): string[] {
  // Not by a regular expression, which takes for ever for what a guest can write.
  return (line.split('#', 1)[0] ?? '').trim().split(/\s+/).slice(1);
}

/**
 * `/etc/fstab` without what a guest on NFS cannot have: another root, and disks, for which systemd would wait
 * a minute and a half. Such lines become comments; all others stay as they are.
 */
export function fstabForNfsRoot(fstab: string): string {
  return fstab
    .split('\n')
    .map((line) => (isForADisk(line) ? `${takenOut}${line}` : line))
    .join('\n');
}

function isForADisk(line: string): boolean {
  const [source = '', directory = '', type = '', options = ''] = line.trim().split(/\s+/);
  if (source === '' || source.startsWith('#')) return false;
  if (directory === '/') return !/^nfs4?$/.test(type);
  if (options.split(',').includes('noauto')) return false;
  return /^(?:(?:UUID|LABEL|PARTUUID|PARTLABEL|ID)=|\/dev\/(?!ubd|shm|loop))/.test(source);
}

/**
 * `/etc/default/halt` of System V's scripts, which take the network down before they halt or reboot: with the root on
 * it, that never ends. halt(8), `-i`.
 */
export function haltWithNetwork(halt: string): string {
  const lines = halt.split('\n');
  const settings = lines.filter((line) => setsNetdown.test(line));
  if (/=["']?no["']?\s*(#.*)?$/.test(settings.at(-1) ?? '')) return halt;
  while (lines.at(-1)?.trim() === '') lines.pop();
  const kept = lines.map((line) => (setsNetdown.test(line) ? `${takenOut}${line}` : line));
  return `${[...kept, 'NETDOWN=no'].join('\n')}\n`;
}

const setsNetdown = /^\s*(export\s+)?NETDOWN=/;
