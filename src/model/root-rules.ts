/** What a guest's root and its mount options have to be. */
import type { Guest, Host } from '../definition/guest.ts';
import type { GuestWanted } from './desired.ts';
import type { Finding } from './finding.ts';
import { imagesIn } from './rootfs/backing.ts';

export function rootFindings(host: Host, guest: Guest, wanted: GuestWanted): Finding[] {
  return [
    ...directoryFindings(host, wanted),
    ...cloneFindings(host, wanted),
    ...exportFindings(host, guest, wanted),
    ...optionFindings(guest),
  ];
}

/** A guest is root in its root: nothing that the host lives by may be in it. */
function directoryFindings(host: Host, wanted: GuestWanted): Finding[] {
  const { directory, local } = wanted.root;
  if (!local) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'root.directory', severity: 'error', message: `cannot use Directory=${directory}: ${cause}` },
  ];
  if (directory === '/') return refuse("it is the host's own root; write the directory of the guest's");
  const { state, runtime, cache, log } = host.directories;
  const own = [imagesIn(state), runtime, cache, log].find((path) => overlap(path, directory));
  return own === undefined ? [] : refuse(`the guest could change the files of umlnfs in ${own}`);
}

/** What a root is made from is another root of this host, and neither lies in the other. */
function cloneFindings(host: Host, wanted: GuestWanted): Finding[] {
  const { clone, directory, local, server } = wanted.root;
  if (clone === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'root.clone', severity: 'error', message: `cannot use Clone=${clone}: ${cause}` },
  ];
  if (!local) return refuse(`the root is on ${server}, and umlnfs makes roots on this host alone`);
  if (clone === '/') return refuse("it is the host's own root; write the directory of a guest's");
  if (overlap(clone, directory)) {
    return refuse(`the root itself is ${directory}, and one would be in the other; write Directory= too`);
  }
  const { state, runtime, cache, log } = host.directories;
  const own = [imagesIn(state), runtime, cache, log].find((path) => overlap(path, clone));
  return own === undefined ? [] : refuse(`the guest would get the files of umlnfs in ${own}`);
}

/** Whether one of the directories is the other or lies in it. */
export function overlap(a: string, b: string): boolean {
  return a === b || a.startsWith(`${b === '/' ? '' : b}/`) || b.startsWith(`${a === '/' ? '' : a}/`);
}

function exportFindings(host: Host, guest: Guest, wanted: GuestWanted): Finding[] {
  return [...hostFindings(host, guest), ...readOnlyFindings(guest, wanted)];
}

/** umlnfs reaches the server by Host=, and the guest by Server=. */
function hostFindings(host: Host, guest: Guest): Finding[] {
  const { server, serverGuest } = guest.root;
  const { managed, host: destination } = guest.export;
  if (server !== undefined && serverGuest !== undefined) {
    const message = `cannot use ServerGuest=${serverGuest}: Server=${server} is another server; write one of them`;
    return [{ key: 'root.serverGuest', severity: 'error', message }];
  }
  if (serverGuest !== undefined) return [];
  if (!managed || destination === undefined) return [];
  const refuse = (cause: string): Finding[] => [
    { key: 'export.host', severity: 'error', message: `cannot use Host=${destination}: ${cause}` },
  ];
  if (server === undefined)
    return refuse('Server= of [Root] is missing; write the address at which the guest reaches it');
  if (server === host.bridge.address.address)
    return refuse('Server= of [Root] is this host; leave Host= out, or write the address of the other one');
  return [];
}

function readOnlyFindings(guest: Guest, wanted: GuestWanted): Finding[] {
  if (!guest.export.managed || !wanted.root.local || guest.root.readOnly) return [];
  if (!guest.export.options.includes('ro')) return [];
  const message =
    'cannot write to the root: Options= of [Export] has ro; write ReadOnly=yes in [Root] as well';
  return [{ key: 'export.options', severity: 'warning', message }];
}

function optionFindings(guest: Guest): Finding[] {
  const findings: Finding[] = [];
  const refuse = (key: string, message: string) => findings.push({ key, severity: 'error', message });
  const { root } = guest;
  for (const [key, name] of [
    ['rsize', 'RSize'],
    ['wsize', 'WSize'],
  ] as const) {
    const size = root[key];
    if (size < 1024 || size > 1024 * 1024 || size % 1024 !== 0) {
      refuse(`root.${key}`, `cannot use ${name}=: it must be from 1K to 1M in steps of 1K`);
    }
  }
  for (const [least, most, name] of [
    ['acregmin', 'acregmax', 'AcReg'],
    ['acdirmin', 'acdirmax', 'AcDir'],
  ] as const) {
    if ((root[least] ?? 0) > (root[most] ?? Number.MAX_VALUE)) {
      refuse(
        `root.${least}`,
        `cannot use ${name}Min=${root[least]}: it is more than ${name}Max=${root[most]}`,
      );
    }
  }
  if (root.protocol === 'udp' && root.version !== '3') {
    refuse('root.protocol', 'cannot use Protocol=udp: NFS version 4 has no UDP; write Version=3 as well');
  }
  return findings;
}
