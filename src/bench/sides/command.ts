import { initramfsPath } from '../../adapters/uml/initramfs/initramfs.ts';
import { probeKernel } from '../../adapters/uml/probe.ts';
import { DefinitionStore, hostId } from '../../daemon/definitions.ts';
import { locations } from '../../daemon/locations.ts';
import { UserError } from '../../model/error.ts';
import type { KernelCaps, Observed } from '../../model/observed.ts';
import { modulesKey } from '../../plan/modules.ts';
import { launchOf } from '../../plan/plan.ts';
import type { Places } from '../places.ts';

/** How a guest's kernel is called. */
export interface Command {
  readonly guest: string;
  /** Kernel binary first. */
  readonly argv: readonly string[];
  readonly uid: number;
}

/** As the daemon probes kernels. */
const nobody = { uid: 65_534, gid: 65_534 };

export function kernelCaps(path: string): Promise<KernelCaps> {
  return probeKernel(path, nobody);
}

/**
 * The command lines that the daemon would use for the defined guests now, by its own code.
 * @param guests the directory with a directory per guest: the daemon's, or another one for guests beside it
 */
export async function commandsFor(
  places: Places,
  guests: string,
  names: readonly string[],
): Promise<Command[]> {
  const store = new DefinitionStore(locations(places.definitions), await hostId());
  const { desired } = await store.read();
  const kernels: Observed['kernels'] = new Map(
    await Promise.all(
      [...new Set([...desired.guests.values()].map(({ kernel }) => kernel))].map(async (path) => {
        const caps = await kernelCaps(path);
        const plain = await initramfsPath(places.cache, path, caps, []);
        const initramfs = new Map(plain === undefined ? [] : [[modulesKey([]), plain]]);
        return [path, { ok: true, caps, initramfs }] as const;
      }),
    ),
  );
  const observed: Observed = {
    bridges: new Map(),
    names: { installed: true, amiss: new Map(), stale: [] },
    hostNames: undefined,
    taps: new Map(),
    tables: new Map(),
    ports: new Map(),
    routes: [],
    forwards: [],
    exporter: { kind: 'ganesha', running: true, exports: [] },
    servers: new Map(),
    kernels,
    roots: new Map(),
    guests: new Map(),
    sharedFailures: [],
    guestsDirectory: guests,
  };
  return names.map((name) => {
    const wanted = desired.guests.get(name);
    const uid = wanted === undefined ? undefined : desired.taps.get(wanted.network.tap)?.uid;
    const launch = wanted === undefined ? undefined : launchOf(wanted, desired, observed);
    if (uid === undefined || launch?.launch === undefined) {
      throw new UserError(`find the command line of guest ${name}`, launch?.problem ?? 'it is not defined');
    }
    return { guest: name, argv: launch.launch.argv, uid };
  });
}
