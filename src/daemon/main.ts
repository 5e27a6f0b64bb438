#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { defaultBus, ensurePrivateBus } from '../adapters/dbus/private-bus.ts';
import { Dnsmasq } from '../adapters/dnsmasq/dnsmasq.ts';
import { chooseExporter } from '../adapters/exporter/choose.ts';
import { createLog } from '../adapters/log/log.ts';
import { GuestNotify } from '../adapters/systemd/guest-notify.ts';
import { serviceNotify } from '../adapters/systemd/notify.ts';
import { messageOf, UserError } from '../model/error.ts';
import { version } from '../model/version.ts';
import { chooseRunner, dnsmasqUnit, ganeshaUnit, parseRunnerKind, type RunnerKind } from './choose-runner.ts';
import { checkConfigDirectory } from './config-directory.ts';
import { Daemon } from './daemon.ts';
import { hostId } from './definitions.ts';
import { locations } from './locations.ts';
import { daemonHelp, daemonOptions } from './options.ts';
import { assemble } from './parts.ts';
import { summary } from './summary.ts';
import { feedWatchdog } from './watchdog.ts';

const exitUsage = 2;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: daemonOptions });
  if (values.help) return void process.stdout.write(daemonHelp());
  if (values.version) return void process.stdout.write(`umlnfsd ${version}\n`);
  if (process.getuid?.() !== 0) {
    throw new UserError('run umlnfsd', 'it makes network devices and exports, which takes root', {
      hint: 'run it as root: sudo umlnfsd',
    });
  }
  const kind = parseRunnerKind(values.runner ?? 'auto');
  await run(values['config-dir'], values['log-level'] ?? 'info', kind);
}

async function run(configDir: string | undefined, level: string, kind: RunnerKind): Promise<void> {
  await checkConfigDirectory('run umlnfsd', configDir);
  const log = createLog({ level });
  const notify = serviceNotify();
  const id = await hostId();
  let guestNotify: GuestNotify | undefined;
  // Once: while the system bus is restarted nothing else is to be taken.
  let byDefault: ReturnType<typeof defaultBus> | undefined;
  const daemon = new Daemon({
    locations: locations(configDir),
    hostId: id,
    log,
    version,
    busAddress: async ({ host }) => {
      if (host.dbus.address === undefined) byDefault ??= defaultBus();
      const address = host.dbus.address ?? (await byDefault);
      return address === 'private' ? ensurePrivateBus(host.directories.runtime) : (address ?? 'system');
    },
    assemble: async ({ host }, self) => {
      const chosen = await chooseRunner(kind, host, self.clock);
      if (chosen.systemd !== undefined) guestNotify = new GuestNotify();
      return assemble({
        host,
        hostId: id,
        log,
        hostsFile: locations(configDir).hosts,
        dnsmasq: new Dnsmasq(host.directories.runtime, dnsmasqUnit(host, chosen)),
        ...chosen,
        exporter: await chooseExporter(
          host,
          ganeshaUnit(host, chosen),
          () => self.desired && [...self.desired.bridges.values()].map(({ address }) => address),
        ),
        clock: self.clock,
        desired: () => self.desired,
        markDirty: () => self.loop.markDirty(),
        announce: () => self.announce(),
      });
    },
    onPass: (statuses) => {
      notify.status(summary(statuses));
      guestNotify?.tell(statuses);
    },
  });
  let ending = false;
  const end = (signal: string) => {
    if (ending) return;
    ending = true;
    const units = guestNotify !== undefined;
    log.info({ reason: signal }, units ? 'ending: the guests run on' : 'ending: the guests are shut down');
    notify.stopping();
    daemon.stop(!units).then(
      () => process.exit(0),
      (error) => {
        log.error({ err: error }, 'cannot end in order');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
  // Why it failed is in the log.
  process.on('SIGHUP', () => void daemon.reload().catch(() => {}));
  await daemon.start();
  if (ending) return;
  notify.ready();
  feedWatchdog(notify, daemon.loop, daemon.clock);
  log.info({ guests: daemon.statuses().length }, `umlnfsd ${version} is ready`);
}

main().catch((error: unknown) => {
  if (error instanceof UserError) {
    const hint = error.hint === undefined ? '' : `; ${error.hint}`;
    process.stderr.write(`umlnfsd: ${error.message}${hint}\n`);
  } else if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) {
    process.stderr.write(`umlnfsd: ${messageOf(error)}\n\n${daemonHelp()}`);
    process.exit(exitUsage);
  } else {
    process.stderr.write(
      `umlnfsd: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}\n`,
    );
  }
  process.exit(1);
});
