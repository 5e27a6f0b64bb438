import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import type { BridgeWanted } from '../../model/desired.ts';
import { UserError } from '../../model/error.ts';
import { stableMac } from '../../model/mac.ts';
import { ipBatch } from './ip.ts';
import { observeLinks } from './observe.ts';
import { bridgeAlias } from './parse.ts';

/**
 * Makes the bridge exist, up, with its address. A bridge of somebody else is used as it is: an address it lacks is
 * added, nothing is taken away.
 * @param remove addresses that it is to have no more, as `ADDRESS/PREFIX`
 * @throws UserError where another link has the name, or the kernel refuses
 */
export async function ensureBridge(bridge: BridgeWanted, remove: readonly string[] = []): Promise<void> {
  const { name } = bridge;
  const action = `make bridge ${name}`;
  const links = await observeLinks();
  if (links.taps.has(name)) {
    throw new UserError(action, `${name} exists and is no bridge`, {
      hint: `choose another Name= in [Bridge], or remove it with: ip link delete ${name}`,
    });
  }
  const seen = links.bridges.get(name);
  const commands: string[][] = [];
  if (seen === undefined) {
    commands.push(
      // A bridge without an address of its own takes the lowest of its ports', and guests with the old one in their
      // ARP tables lose their root for a while. No STP: a guest's link is there at once. No snooping: without a
      // multicast querier on the network it loses groups. What is for bridges alone passes no filter, so nothing is learnt
      // from it.
      [
        ...['link', 'add', 'name', name, 'address', await bridgeMac(bridge.network), 'type', 'bridge'],
        ...['stp_state', '0', 'forward_delay', '0', 'mcast_snooping', '0', 'no_linklocal_learn', '1'],
      ],
      ['link', 'set', 'dev', name, 'alias', bridgeAlias],
    );
  }
  const missing = (address: string) => !seen?.addresses.includes(address);
  const former = seen?.ours ? remove.filter((one) => !missing(one)) : [];
  const removal = (one: string) => ['address', 'delete', one, 'dev', name];
  const address = `${bridge.address}/${bridge.prefix}`;
  if (missing(address)) commands.push(['address', 'add', address, 'brd', '+', 'dev', name]);
  if (bridge.ipv6 !== undefined) {
    const address6 = `${bridge.ipv6.address}/${bridge.ipv6.prefix}`;
    // The kernel has the same address once only, whatever its prefix.
    const same = former.filter((one) => one !== address6 && one.split('/')[0] === bridge.ipv6?.address);
    commands.push(...same.map(removal));
    // The address is there at once, without asking whether a guest has it already: none may have.
    if (missing(address6)) commands.push(['address', 'add', address6, 'dev', name, 'nodad']);
  }
  const rest = former.filter((one) => !commands.some(([, verb, what]) => verb === 'delete' && what === one));
  commands.push(...rest.map(removal));
  // With the first address of a network the kernel removes the others of it.
  if (rest.length > 0) commands.push(['address', 'replace', address, 'brd', '+', 'dev', name]);
  if (!seen?.up) commands.push(['link', 'set', 'dev', name, 'up']);
  const causes = await ipBatch(action, commands);
  const cause = causes.find((one, index) => one !== undefined && !isGone(one, commands[index]));
  if (cause !== undefined) {
    throw new UserError(action, cause, /not permitted/.test(cause) ? { hint: 'run as root' } : {});
  }
}

/** Whether a command failed because the address that it removes is not there any more. */
function isGone(cause: string, command: readonly string[] | undefined): boolean {
  return command?.[1] === 'delete' && /Cannot assign requested address|Address not found/.test(cause);
}

/** Removes the bridge if umlnfs made it; ports of it stay, without a bridge. */
export async function removeBridge(name: string): Promise<void> {
  const { bridges } = await observeLinks();
  if (bridges.get(name)?.ours !== true) return;
  const action = `remove bridge ${name}`;
  const [cause] = await ipBatch(action, [['link', 'delete', 'dev', name]]);
  if (cause !== undefined && !/Cannot find device/.test(cause)) throw new UserError(action, cause);
}

/** Stays the same when the bridge is made anew, under another name too, as guests that still run know it. */
async function bridgeMac(network: string): Promise<string> {
  const machine = await readFile('/etc/machine-id', 'utf8').catch(() => '');
  // No guest can have a name with a space: none has the same address.
  const name = network === 'default' ? 'the bridge' : `the bridge of ${network}`;
  return stableMac(machine.trim() || hostname(), name);
}
