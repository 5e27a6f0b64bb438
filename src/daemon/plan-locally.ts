import { pino } from 'pino';
import { Dnsmasq } from '../adapters/dnsmasq/dnsmasq.ts';
import { chooseExporter } from '../adapters/exporter/choose.ts';
import { ChildRunner } from '../adapters/uml/runner.ts';
import { runningAddresses } from '../model/running-address.ts';
import type { PlanLine } from '../model/status.ts';
import { describeStep } from '../plan/describe.ts';
import { plan } from '../plan/plan.ts';
import { checkConfigDirectory } from './config-directory.ts';
import { DefinitionStore, hostId } from './definitions.ts';
import { locations } from './locations.ts';
import { observe } from './observe.ts';
import { assemble } from './parts.ts';
import { refusedLines } from './refused.ts';

export interface LocalPlan {
  readonly lines: readonly PlanLine[];
  /** The guests there are, with a definition that can be used or without. */
  readonly guests: readonly string[];
}

/** What a daemon that started now would do first. Reads only. */
export async function planLocally(options: { readonly configDir?: string } = {}): Promise<LocalPlan> {
  await checkConfigDirectory('plan', options.configDir);
  const id = await hostId();
  const where = locations(options.configDir);
  let running: ReadonlyMap<string, string> = new Map();
  const store = new DefinitionStore(where, id, () => running);
  const { host, desired: first } = await store.read();
  const clock = () => performance.now();
  const parts = assemble({
    host,
    hostId: id,
    runner: new ChildRunner({
      guests: `${host.directories.runtime}/guests`,
      logs: host.directories.log,
      clock,
    }),
    exporter: await chooseExporter(host),
    dnsmasq: new Dnsmasq(host.directories.runtime),
    hostsFile: where.hosts,
    log: pino({ level: 'silent' }),
    clock,
    desired: () => first,
    markDirty: () => {},
    announce: () => {},
  });
  try {
    await parts.guests.adopt(first.guests.keys());
    running = runningAddresses(parts.guests.seen());
    // Once more: guests that run keep the addresses they have.
    const definitions = await store.read();
    const { desired } = definitions;
    const observed = await observe(desired, {
      ...parts.sources,
      // Nobody is asked, and no key is made for it.
      servers: () => new Map(),
      guests: () => parts.guests.seen(),
      sharedFailures: () => [],
    });
    const now = clock();
    const steps = plan(desired, observed, now).map((step) => describeStep(step, now));
    const known = [...parts.guests.records.keys(), ...desired.guests.keys(), ...(desired.held ?? [])];
    const guests = [...new Set(known)];
    return { lines: [...steps, ...refusedLines(definitions, guests)], guests };
  } finally {
    await parts.close(false);
  }
}
