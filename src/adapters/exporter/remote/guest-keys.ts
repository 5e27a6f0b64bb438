import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Host } from '../../../definition/guest.ts';
import { networksOf } from '../../../definition/network.ts';
import type { GuestWanted } from '../../../model/desired.ts';
import { type ServerRole, serverPort } from '../../../model/tailoring/server.ts';
import { ensureKey, hasKey, publicKey } from '../../ssh/key.ts';
import { digest } from './digest.ts';

/** What a guest's root gets where it is the server of others: the keys of both sides are made beforehand. */
export async function serverRole(host: Host, wanted: GuestWanted): Promise<ServerRole | undefined> {
  const { address } = wanted.network;
  if (!wanted.serves || address === undefined) return undefined;
  const { own, hosts } = keyPlaces(host);
  const inside = networksOf(host).get(wanted.network.bridge)?.bridge ?? host.bridge;
  return {
    address,
    from: inside.address.address,
    key: await publicKey(own),
    hostKey: await readFile(await ensureKey(hosts, fileOf(wanted.name)), 'utf8'),
  };
}

/** Whether keys are missing that {@link serverRole} would make. */
export async function lacksServerKeys(host: Host, wanted: GuestWanted): Promise<boolean> {
  if (!wanted.serves || wanted.network.address === undefined) return false;
  const { own, hosts } = keyPlaces(host);
  return !(await hasKey(own)) || !(await hasKey(hosts, fileOf(wanted.name)));
}

/** How ssh gets into a server guest that umlnfs has tailored, and nowhere else. */
export async function guestOptions(host: Host, guest: string): Promise<readonly string[]> {
  const { own, hosts } = keyPlaces(host);
  const known = join(host.directories.runtime, 'ssh', `known-${digest(guest)}`);
  const [type, key] = (await publicKey(hosts, fileOf(guest))).split(' ');
  await mkdir(join(host.directories.runtime, 'ssh'), { recursive: true, mode: 0o700 });
  await writeFile(`${known}.new`, `${alias} ${type} ${key}\n`, { mode: 0o600 });
  await rename(`${known}.new`, known);
  const options = [
    `IdentityFile=${await ensureKey(own)}`,
    'IdentitiesOnly=yes',
    `HostKeyAlias=${alias}`,
    `UserKnownHostsFile=${known}`,
    'GlobalKnownHostsFile=none',
    'StrictHostKeyChecking=yes',
    'PreferredAuthentications=publickey',
  ];
  return ['-F', 'none', '-p', String(serverPort), ...options.flatMap((option) => ['-o', option])];
}

const alias = 'umlnfs-guest';

/** With an ending of its own: guests may be called `a` and `a.pub`. */
function fileOf(guest: string): string {
  return `${guest}.key`;
}

function keyPlaces(host: Host): { readonly own: string; readonly hosts: string } {
  const own = join(host.directories.state, 'ssh');
  return { own, hosts: join(own, 'guests') };
}
