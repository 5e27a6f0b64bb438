import type { PortWanted } from '../../model/beyond.ts';
import { UserError } from '../../model/error.ts';
import { ip, ipBatch, lastLine } from './ip.ts';
import { type Links, observeLinks } from './observe.ts';
import { type MarkedPort, portMark } from './parse.ts';

/**
 * Plugs an interface of this host into a bridge. One with addresses of this host, or by which it reaches others, is
 * refused: on a bridge's port they do nothing, and this host would be cut off.
 */
export async function attachPort(port: PortWanted): Promise<void> {
  const { interface: name, bridge } = port;
  const action = `plug ${name} into bridge ${bridge}`;
  const seen = usable(port, action, await observeLinks());
  if (await hasDefaultRoute(name)) {
    throw new UserError(action, "this host's default route goes there, and it would be cut off", {
      hint: 'choose another Uplink= in [Bridge]',
    });
  }
  const commands = seen.ours ? [] : [['link', 'property', 'add', 'dev', name, 'altname', portMark(name)]];
  commands.push(['link', 'set', 'dev', name, 'master', bridge], ['link', 'set', 'dev', name, 'up']);
  const cause = (await ipBatch(action, commands)).find((one) => one !== undefined);
  if (cause !== undefined) throw new UserError(action, cause);
}

function usable({ interface: name, bridge }: PortWanted, action: string, links: Links): MarkedPort {
  const seen = links.ports.get(name);
  const choose = { hint: 'choose another Uplink= in [Bridge]' };
  if (links.bridges.has(name)) throw new UserError(action, `${name} is a bridge itself`, choose);
  if (seen === undefined) throw new UserError(action, `there is no interface ${name}`, choose);
  if (links.taps.get(name)?.guest !== undefined)
    throw new UserError(action, `${name} is the tap of a guest`, choose);
  if (seen.master !== undefined && seen.master !== bridge && !seen.ours)
    throw new UserError(action, `it is a port of ${seen.master} already`, choose);
  const [address] = seen.addresses;
  if (address !== undefined) {
    const hint = `take it from ${name} in this host's network configuration and give it to the bridge, Address= in [Bridge]; or choose another Uplink=`;
    throw new UserError(action, `it has an address of this host, ${address}, which would be cut off`, {
      hint,
    });
  }
  return seen;
}

/** Unplugs an interface that umlnfs plugged in; others stay. */
export async function releasePort(name: string): Promise<void> {
  const seen = (await observeLinks()).ports.get(name);
  if (seen?.ours !== true) return;
  const action = `unplug ${name} from its bridge`;
  const causes = await ipBatch(action, [
    ['link', 'set', 'dev', name, 'nomaster'],
    ...seen.marks.map((mark) => ['link', 'property', 'del', 'dev', name, 'altname', mark]),
  ]);
  const cause = causes.find((one) => one !== undefined);
  if (cause !== undefined && !/Cannot find device/.test(cause)) throw new UserError(action, cause);
}

async function hasDefaultRoute(name: string): Promise<boolean> {
  const action = 'look at the default route';
  const found = await Promise.all(
    ['-4', '-6'].map(async (family) => {
      const result = await ip(action, [family, '-json', 'route', 'show', 'default', 'dev', name]);
      // A host may do without IPv6.
      if (result.failed && family === '-4') throw new UserError(action, lastLine(result.stderr));
      return !result.failed && result.stdout.includes('default');
    }),
  );
  return found.includes(true);
}
