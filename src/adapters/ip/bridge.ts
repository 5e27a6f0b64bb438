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
 * @throws UserError where another link has the name, or the kernel refuses
 */
export async function ensureBridge(bridge: BridgeWanted): Promise<void> {
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
  const address = `${bridge.address}/${bridge.prefix}`;
  if (missing(address)) commands.push(['address', 'add', address, 'brd', '+', 'dev', name]);
  if (bridge.ipv6 !== undefined) {
    const address6 = `${bridge.ipv6.address}/${bridge.ipv6.prefix}`;
    // The address is there at once, without asking whether a guest has it already: none may have.
    if (missing(address6)) commands.push(['address', 'add', address6, 'dev', name, 'nodad']);
  }
  if (!seen?.up) commands.push(['link', 'set', 'dev', name, 'up']);
  const causes = (await ipBatch(action, commands)).filter((cause) => cause !== undefined);
  if (causes[0] !== undefined) {
    throw new UserError(action, causes[0], /not permitted/.test(causes[0]) ? { hint: 'run as root' } : {});
  }
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
