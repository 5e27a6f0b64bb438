/** What a root needs to run as a UML guest on NFS, from what it has: pure, so that a plan can show it. */
import { fstabForNfsRoot, haltWithNetwork, hostsWith } from './etc.ts';
import { inittabForGuest } from './inittab.ts';
import type { NetworkStyle } from './network.ts';
import {
  type DiskMount,
  diskFiles,
  noDiskFiles,
  noServerFiles,
  type ServerRole,
  serverFiles,
} from './server.ts';
import { systemdFiles } from './systemd.ts';

/** What the daemon sees to before each start. */
export interface TailoringWish {
  /** Without it a root keeps the name that it has. */
  readonly hostname?: string | undefined;
  /** Name servers, for a root without a resolv.conf of its own. */
  readonly dns?: readonly string[];
  /** For the NFS server of other guests. */
  readonly server?: ServerRole | undefined;
  /** The table of exports that umlnfs makes in such a root: without it nothing of a former server is taken out. */
  readonly exportTable?: string;
  /** Without it they stay as they are. */
  readonly mounts?: readonly DiskMount[];
}

/** The program that runs as process 1, as far as tailoring knows it. */
export type InitKind = 'systemd' | 'sysvinit' | 'busybox' | 'openrc' | 'unknown';

/** What tailoring looks at in a root; undefined for a file that is missing. */
export interface RootFacts {
  readonly init: InitKind;
  /** Whether systemd is in it, which need not be what runs as process 1. */
  readonly systemd: boolean;
  readonly networkManager: boolean;
  readonly fstab: string | undefined;
  readonly hosts: string | undefined;
  readonly machineId: string | undefined;
  readonly inittab: string | undefined;
  /** `/etc/default/halt`; empty where only the script is there that reads it, undefined where neither is. */
  readonly halt: string | undefined;
  /** Whether umlnfs has once made it the NFS server of others … */
  readonly wasServer: boolean;
  /** … or had it mount disks. */
  readonly hadDisks: boolean;
  /** Who configures the network, where umlnfs rootfs tailor has seen to it. */
  readonly network: NetworkStyle | undefined;
  /** True for a link too, wherever it leads, if something in the root makes what it leads to. */
  readonly hasResolvConf: boolean;
}

/** Numeric owner and group. */
export interface Ids {
  readonly uid: number;
  readonly gid: number;
}

export interface WantedFile {
  readonly kind: 'file';
  readonly path: string;
  readonly text: string;
  /** Of a new file; one that is there keeps owner and mode, unless it is a program of umlnfs. */
  readonly mode: number;
  /** Of a new file; root's by default. */
  readonly ids?: Ids;
  /** `kept`: a file of the same name that does not say it is umlnfs's is the administrator's and stays. */
  readonly owner: 'umlnfs' | 'kept';
  /** The user whose directory the file is in: nothing is done where the directory or the file is another's. */
  readonly of?: number;
}

export type Wanted =
  | WantedFile
  /** A link; whatever else has its name already is the administrator's and stays. */
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  /** A directory, where there is none. */
  | {
      readonly kind: 'directory';
      readonly path: string;
      readonly mode: number;
      readonly ids: Ids;
      readonly of?: number;
    }
  /** A block device, where there is none. */
  | {
      readonly kind: 'device';
      readonly path: string;
      readonly major: number;
      readonly minor: number;
      readonly mode: number;
      readonly ids: Ids;
    }
  /** Something of umlnfs that is not wanted any more: a file with its mark, or a link that leads to `target`. */
  | { readonly kind: 'gone'; readonly path: string; readonly target?: string };

/** The line by which a file of umlnfs is known again. */
export const mark = '# made by umlnfs';

/** Whether a file says that it is umlnfs's: in its first line, or after that of an interpreter. */
export function isMarked(text: string): boolean {
  return text.split('\n', 2).some((line) => line.startsWith(mark));
}

/**
 * The files that a root should have.
 * @param machineId 32 hexadecimal digits for a root that has none yet
 */
export function wantedFiles(facts: RootFacts, wish: TailoringWish, machineId: string): Wanted[] {
  const wanted: Wanted[] = [];
  if (wish.hostname !== undefined) {
    wanted.push(owned('etc/hostname', `${wish.hostname}\n`));
    wanted.push(owned('etc/hosts', hostsWith(facts.hosts, wish.hostname)));
  }
  if (facts.fstab !== undefined) wanted.push(owned('etc/fstab', fstabForNfsRoot(facts.fstab)));
  if (!facts.hasResolvConf && wish.dns !== undefined && wish.dns.length > 0) {
    wanted.push(resolvConf(wish.dns));
  }
  if (facts.systemd) {
    // Without one systemd takes the boot for the first of all and goes through every unit's preset: seconds.
    if (!/^[0-9a-f]{32}\s*$/.test(facts.machineId ?? ''))
      wanted.push(owned('etc/machine-id', `${machineId}\n`, 0o444));
    wanted.push(...systemdFiles(facts), ...roleFiles(facts, wish));
  }
  if (facts.init === 'sysvinit' || facts.init === 'busybox') {
    const inittab = inittabForGuest(facts.inittab, facts.init);
    if (inittab !== undefined) wanted.push(owned('etc/inittab', inittab));
    if (facts.halt !== undefined) wanted.push(owned('etc/default/halt', haltWithNetwork(facts.halt)));
  }
  if (facts.init === 'openrc') wanted.push(openrcReadiness);
  return wanted;
}

/** What it has for others and of disks; of what it had before, nothing. */
function roleFiles(facts: RootFacts, { server, exportTable, mounts }: TailoringWish): readonly Wanted[] {
  const wanted: Wanted[] = [];
  if (server !== undefined) wanted.push(...serverFiles(server));
  else if (facts.wasServer && exportTable !== undefined) wanted.push(...noServerFiles(exportTable));
  if (mounts === undefined) return wanted;
  if (mounts.length > 0) wanted.push(...diskFiles(mounts));
  else if (facts.hadDisks) wanted.push(...noDiskFiles);
  return wanted;
}

/** OpenRC as process 1 has no inittab; what lies there runs at the end of its default runlevel. */
const openrcReadiness: Wanted = {
  kind: 'file',
  path: 'etc/local.d/umlnfs.start',
  text: `#!/bin/sh\n${mark}\n[ ! -w /proc/mconsole ] || echo READY=1 >/proc/mconsole\n`,
  mode: 0o755,
  owner: 'kept',
};

/** It says that it is umlnfs's, so that it follows the definition later. */
export function resolvConf(dns: readonly string[]): Wanted {
  return owned('etc/resolv.conf', `${mark}\n${dns.map((server) => `nameserver ${server}\n`).join('')}`);
}

function owned(path: string, text: string, mode = 0o644): Wanted {
  return { kind: 'file', path, text, mode, owner: 'umlnfs' };
}
