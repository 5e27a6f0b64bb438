import { type Ipv4Network, ipv4ToNumber, networkAddress, numberToIpv4 } from '../ipv4.ts';
import { type Diagnosis, ok, warning } from './diagnosis.ts';
import type { Packet } from './packet-filter/match.ts';
import type { Chain, Ruleset } from './packet-filter/ruleset.ts';
import { type Fate, fateOf } from './packet-filter/walk.ts';

const item = 'firewall';

export interface FirewallSeen {
  /** The bridge of the guests, which need not be there yet. */
  readonly bridge: string;
  /** The host's address on it. */
  readonly network: Ipv4Network;
  /** The rules of nftables, those of iptables that are kept there among them; or why they are not known. */
  readonly nftables: Ruleset | { readonly unknown: string; readonly mend: string };
  /** What iptables-legacy-save prints; empty where it has no rules. */
  readonly legacy: string;
}

/**
 * Whether rules of others keep guests from their roots. Rules are followed as far as they are understood: what is found
 * is likely, and not more.
 */
export function judgeFirewall(seen: FirewallSeen): Diagnosis[] {
  const { bridge, nftables } = seen;
  const found = legacy(seen);
  if ('unknown' in nftables) {
    found.push(warning(item, `its rules could not be read: ${nftables.unknown}`, nftables.mend));
    return found;
  }
  const others = withoutOwn(nftables);
  const toHost: Packet = {
    input: bridge,
    output: undefined,
    source: someGuest(seen.network),
    destination: seen.network.address,
    protocol: 'tcp',
    port: 2049,
  };
  const nfs = fateOf(others, toHost);
  if (nfs.verdict === 'drop')
    found.push(
      warning(
        item,
        `${likely(nfs)} drops what guests on ${bridge} send to the NFS server`,
        letIn(nfs.chain, bridge),
      ),
    );
  // Some interface that no rule names, as the uplink of a host may be.
  const beyond = fateOf(others, { ...toHost, output: 'uplink', destination: '198.51.100.1', port: 443 });
  if (beyond.verdict === 'drop') {
    found.push(
      warning(
        item,
        `${likely(beyond)} drops what guests on ${bridge} send beyond this host (and to each other, where net.bridge.bridge-nf-call-iptables is 1)`,
        letThrough(beyond.chain, bridge),
      ),
    );
  }
  return found.length > 0
    ? found
    : [ok(item, `no rule was found that keeps guests on ${bridge} from the NFS server`)];
}

/** umlnfs has tables of that name, in which guests are let in and walled off as their definitions say. */
const ownTable = 'umlnfs';

function withoutOwn({ chains, sets }: Ruleset): Ruleset {
  return { chains: new Map([...chains].filter(([, { table }]) => table !== ownTable)), sets };
}

/** An address of the network that is not the host's. */
function someGuest(network: Ipv4Network): string {
  const first = (ipv4ToNumber(networkAddress(network)) ?? 0) + 1;
  return numberToIpv4(numberToIpv4(first) === network.address ? first + 1 : first);
}

function likely({ certain, chain }: Fate): string {
  const name = chain === undefined ? 'a rule' : `chain ${chain.name} of table ${chain.family} ${chain.table}`;
  return certain ? name : `it seems that ${name}`;
}

/** In the words of who made the rules: rules put in by hand are gone when these are loaded again. */
function letIn(chain: Chain | undefined, bridge: string): string {
  if (chain?.table === 'firewalld') return trust(bridge);
  if (isIptables(chain))
    return `iptables -I INPUT -i ${bridge} -j ACCEPT (with ufw: ufw allow in on ${bridge})`;
  return insert(chain, bridge);
}

function letThrough(chain: Chain | undefined, bridge: string): string {
  if (chain?.table === 'firewalld') return trust(bridge);
  if (isIptables(chain))
    return `iptables -I FORWARD -i ${bridge} -j ACCEPT && iptables -I FORWARD -o ${bridge} -j ACCEPT`;
  return insert(chain, bridge);
}

function trust(bridge: string): string {
  return `firewall-cmd --permanent --zone=trusted --add-interface=${bridge} && firewall-cmd --reload`;
}

function isIptables(chain: Chain | undefined): boolean {
  return chain?.family === 'ip' && chain.table === 'filter' && /^[A-Z]+$/.test(chain.name);
}

function insert(chain: Chain | undefined, bridge: string): string {
  return `nft insert rule ${chain?.family} ${chain?.table} ${chain?.name} iifname ${bridge} accept`;
}

/** Only the plainest is looked for: everything is dropped, and nothing of the bridge accepted. */
function legacy({ legacy: text, bridge }: FirewallSeen): Diagnosis[] {
  const lines = text.split('\n').map((line) => line.trim());
  const drops = lines.some((line) => /^:INPUT DROP|^-A INPUT -j (DROP|REJECT)/.test(line));
  const accepts = lines.some(
    (line) =>
      line.startsWith('-A INPUT') &&
      line.includes(' -j ACCEPT') &&
      (line.includes(`-i ${bridge} `) || line.includes('--dport 2049')),
  );
  if (!drops || accepts) return [];
  return [
    warning(
      item,
      `it seems that iptables-legacy drops what guests on ${bridge} send to the NFS server`,
      `iptables-legacy -I INPUT -i ${bridge} -j ACCEPT`,
    ),
  ];
}
