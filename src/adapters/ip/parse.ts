import { guardedGroup } from '../../model/filter/guard-chains.ts';
import type { BridgeSeen, PortSeen, TapSeen } from '../../model/observed.ts';

/** The alias (`ip link set … alias`) that marks a bridge as made by umlnfs, and so removed by it. */
export const bridgeAlias = 'umlnfs';
const tapAliasPrefix = 'umlnfs:';

/** The alias that marks a tap as made for a guest. */
export function tapAlias(guest: string): string {
  return `${tapAliasPrefix}${guest}`;
}

const portMarkPrefix = 'umlnfs.';

/** The further name that marks an interface as plugged in by umlnfs: its alias may be somebody else's. */
export function portMark(name: string): string {
  return `${portMarkPrefix}${name}`;
}

/** With the names that mark it. */
export type MarkedPort = PortSeen & { readonly marks: readonly string[] };

export interface LinkSeen {
  readonly port: MarkedPort;
  readonly name: string;
  /** `bridge`, `tun`, `veth`, …; empty for hardware. */
  readonly kind: string;
  readonly bridge: BridgeSeen;
  readonly tap: Omit<TapSeen, 'uid'>;
  /** Of a tap: ip(8) names users that have a name, and gives the number of others. */
  readonly owner: string | number | undefined;
}

/**
 * What `ip -json -details address show` prints, as links by name.
 * @throws SyntaxError or TypeError for anything else
 */
export function parseLinks(json: string): ReadonlyMap<string, LinkSeen> {
  const links = new Map<string, LinkSeen>();
  // Without any link some versions print nothing at all.
  const entries: unknown = json.trim() === '' ? [] : JSON.parse(json);
  if (!Array.isArray(entries)) throw new TypeError('ip printed no list of links');
  for (const entry of entries) {
    const link = parseLink(entry);
    if (link !== undefined) links.set(link.name, link);
  }
  return links;
}

function parseLink(entry: unknown): LinkSeen | undefined {
  const fields = record(entry);
  const name = fields.ifname;
  // Filters leave empty objects behind in some versions.
  if (typeof name !== 'string') return undefined;
  const info = record(fields.linkinfo);
  const data = record(info.info_data);
  const flags = Array.isArray(fields.flags) ? fields.flags : [];
  const alias = typeof fields.ifalias === 'string' ? fields.ifalias : '';
  const up = flags.includes('UP');
  const addresses = Array.isArray(fields.addr_info) ? fields.addr_info.map(record) : [];
  const guest = alias.startsWith(tapAliasPrefix) ? alias.slice(tapAliasPrefix.length) : undefined;
  const master = typeof fields.master === 'string' ? fields.master : undefined;
  const names: readonly unknown[] = Array.isArray(fields.altnames) ? fields.altnames : [];
  const marks = names.map(String).filter((one) => one.startsWith(portMarkPrefix));
  const usable = addresses.filter(
    ({ family, scope }) => family === 'inet' || (family === 'inet6' && scope !== 'link'),
  );
  const text = (address: Record<string, unknown>) => `${address.local}/${address.prefixlen}`;
  const own = usable.map(text);
  const learnt = usable.filter(({ dynamic }) => dynamic === true).map(text);
  return {
    name,
    port: { name, master, up, ours: marks.length > 0, addresses: own, marks },
    kind: typeof info.info_kind === 'string' ? info.info_kind : '',
    bridge: {
      name,
      addresses: own,
      ...(learnt.length === 0 ? {} : { learnt }),
      up,
      ours: alias === bridgeAlias,
    },
    tap: {
      name,
      master,
      up,
      carrier: flags.includes('LOWER_UP'),
      guarded: Number(fields.group) === guardedGroup,
      isolated: record(info.info_slave_data).isolated === true,
      guest: info.info_kind === 'tun' ? guest : undefined,
    },
    owner: typeof data.user === 'number' || typeof data.user === 'string' ? data.user : undefined,
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
