import { readFile, writeFile } from 'node:fs/promises';
import type { IpFamily } from '../../model/beyond.ts';
import { messageOf, UserError } from '../../model/error.ts';
import { ip } from './ip.ts';

const settings: Readonly<Record<IpFamily, { file: string; name: string }>> = {
  ipv4: { file: '/proc/sys/net/ipv4/ip_forward', name: 'net.ipv4.ip_forward' },
  ipv6: { file: '/proc/sys/net/ipv6/conf/all/forwarding', name: 'net.ipv6.conf.all.forwarding' },
};

/** What this host passes on from one network to another. */
export async function observeForwarding(): Promise<readonly IpFamily[]> {
  const families: IpFamily[] = [];
  for (const family of ['ipv4', 'ipv6'] as const) {
    const text = await readFile(settings[family].file, 'utf8').catch(() => '0');
    if (text.trim() !== '0') families.push(family);
  }
  return families;
}

/** Has this host pass packets on. It stays so: nobody knows who else relies on it by then. */
export async function enableForwarding(families: readonly IpFamily[]): Promise<void> {
  for (const family of families) {
    const { file, name } = settings[family];
    const action = `have this host pass on ${family.replace('ipv', 'IPv')}`;
    if (family === 'ipv6') await checkAnnouncedRoute(action);
    try {
      await writeFile(file, '1\n');
    } catch (error) {
      throw new UserError(action, messageOf(error), { hint: `do it yourself: sysctl -w ${name}=1` });
    }
  }
}

/** A host that passes IPv6 on does not listen to routers, unless it is told to: it could lose its own way out. */
async function checkAnnouncedRoute(action: string): Promise<void> {
  const { stdout } = await ip(action, ['-6', '-json', 'route', 'show', 'default', 'proto', 'ra']);
  const routes = JSON.parse(stdout.trim() === '' ? '[]' : stdout) as { dev?: string }[];
  for (const { dev } of routes) {
    if (dev === undefined) continue;
    const accepts = await readFile(`/proc/sys/net/ipv6/conf/${dev}/accept_ra`, 'utf8').catch(() => '');
    // 0: not the kernel listens, but a program that goes on with it.
    if (accepts.trim() !== '1') continue;
    throw new UserError(action, `this host's default route is announced on ${dev}, and would be lost`, {
      hint: `have it listen all the same: sysctl -w net.ipv6.conf.${dev}.accept_ra=2`,
    });
  }
}
