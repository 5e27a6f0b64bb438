import { execa } from 'execa';
import { messageOf, UserError } from '../../model/error.ts';
import type { BridgeSeen, TapSeen } from '../../model/observed.ts';
import { ip, ipHint, lastLine } from './ip.ts';
import { type LinkSeen, type MarkedPort, parseLinks } from './parse.ts';

export interface Links {
  /** By name: every bridge of the host. */
  readonly bridges: ReadonlyMap<string, BridgeSeen>;
  /** By name: every other link, so that whoever has a wanted tap's name is seen. */
  readonly taps: ReadonlyMap<string, TapSeen>;
  /** Likewise, as ports of a bridge that they are or may become. */
  readonly ports: ReadonlyMap<string, MarkedPort>;
}

/** All links of this network namespace, read from the kernel in one go. UserError where ip(8) cannot. */
export async function observeLinks(): Promise<Links> {
  const links = await readLinks();
  const uids = await numbersOf(links.values());
  const bridges = new Map<string, BridgeSeen>();
  const taps = new Map<string, TapSeen>();
  const ports = new Map<string, MarkedPort>();
  for (const { name, kind, bridge, tap, port, owner } of links.values()) {
    if (kind === 'bridge') bridges.set(name, bridge);
    else {
      ports.set(name, port);
      taps.set(name, { ...tap, uid: typeof owner === 'string' ? uids.get(owner) : owner });
    }
  }
  return { bridges, taps, ports };
}

async function readLinks(): Promise<ReadonlyMap<string, LinkSeen>> {
  const action = 'look at the network links';
  const result = await ip(action, ['-json', '-details', 'address', 'show']);
  if (result.failed) throw new UserError(action, lastLine(result.stderr));
  try {
    return parseLinks(result.stdout);
  } catch (error) {
    throw new UserError(action, `ip printed what cannot be read (${messageOf(error)})`, { hint: ipHint });
  }
}

/** The user ids of those owners that ip(8) printed as names. */
async function numbersOf(links: Iterable<LinkSeen>): Promise<ReadonlyMap<string, number>> {
  const names = new Set<string>();
  for (const { owner } of links) if (typeof owner === 'string') names.add(owner);
  const numbers = new Map<string, number>();
  if (names.size === 0) return numbers;
  // A name that went away meanwhile makes getent fail, and is missing in what it prints.
  const { stdout } = await execa('getent', ['passwd', '--', ...names], { reject: false });
  for (const line of (stdout ?? '').split('\n')) {
    const [name, , uid] = line.split(':');
    if (name !== undefined && uid !== undefined && /^\d+$/.test(uid)) numbers.set(name, Number(uid));
  }
  return numbers;
}
