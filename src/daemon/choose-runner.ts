import { access } from 'node:fs/promises';
import { DropIns } from '../adapters/systemd/drop-ins.ts';
import { Manager } from '../adapters/systemd/manager.ts';
import { SystemdRunner } from '../adapters/systemd/runner.ts';
import { type Service, serviceUnit } from '../adapters/systemd/service.ts';
import { ChildRunner } from '../adapters/uml/runner.ts';
import type { Host } from '../definition/guest.ts';
import { UserError } from '../model/error.ts';
import type { GuestRunner } from '../model/runner.ts';
import type { Systemd } from './units.ts';

export const runnerKinds = ['auto', 'systemd', 'child'] as const;
export type RunnerKind = (typeof runnerKinds)[number];

export interface ChosenRunner {
  readonly runner: GuestRunner;
  /** Where it is systemd that runs the guests. */
  readonly systemd: Systemd | undefined;
}

/** @throws UserError for what is none */
export function parseRunnerKind(text: string): RunnerKind {
  const kind = runnerKinds.find((name) => name === text);
  if (kind !== undefined) return kind;
  throw new UserError(`use --runner=${text}`, 'there is no such way to run guests', {
    hint: `use ${runnerKinds.join(', ')}`,
  });
}

/**
 * Who runs the guests. `auto` is systemd where it is this host's service manager, the daemon is to be reached on its
 * bus, and the units are installed.
 * @throws UserError where systemd is asked for and cannot be had
 */
export async function chooseRunner(kind: RunnerKind, host: Host, clock: () => number): Promise<ChosenRunner> {
  const guests = `${host.directories.runtime}/guests`;
  const child = () => ({
    runner: new ChildRunner({ guests, logs: host.directories.log, clock }),
    systemd: undefined,
  });
  if (kind === 'child') return child();
  const manager = await usableManager(host).catch((error: unknown) => {
    if (kind === 'systemd') throw error;
    return undefined;
  });
  if (manager === undefined) return child();
  const runner = new SystemdRunner({ manager, guests, clock });
  return { runner, systemd: { manager, runner, dropIns: new DropIns(host.directories.runtime) } };
}

/** The runtime directory as the units of our servers have it. */
const usualRuntime = '/run/umlnfs';

/** The unit that runs an NFS server of our own, so that it outlives the daemon; undefined where the daemon runs it. */
export function ganeshaUnit(host: Host, { systemd }: ChosenRunner): Service | undefined {
  if (systemd === undefined || host.directories.runtime !== usualRuntime) return undefined;
  return serviceUnit(systemd.manager, 'umlnfs-ganesha.service');
}

/** Likewise the unit of each network's dnsmasq. */
export function dnsmasqUnit(
  host: Host,
  { systemd }: ChosenRunner,
): ((network: string) => Service) | undefined {
  if (systemd === undefined || host.directories.runtime !== usualRuntime) return undefined;
  return (network) => serviceUnit(systemd.manager, `umlnfs-dnsmasq@${network}.service`);
}

async function usableManager(host: Host): Promise<Manager> {
  const action = 'run guests as units of systemd';
  if ((host.dbus.address ?? 'system') !== 'system') {
    throw new UserError(action, 'the daemon has a bus of its own', {
      hint: 'leave Address= in [DBus] of umlnfs.conf out',
    });
  }
  await access('/run/systemd/system').catch(() => {
    throw new UserError(action, 'this host was not booted with systemd', { hint: 'use --runner=child' });
  });
  const manager = await Manager.connect();
  if (await manager.hasUnitFile('umlnfs@.service')) return manager;
  manager.close();
  throw new UserError(action, 'there is no umlnfs@.service', {
    hint: 'install the units, then systemctl daemon-reload',
  });
}
