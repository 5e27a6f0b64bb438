/** The drop-in for a guest's unit: what systemd has to know of its definition. */
import type { GuestWanted } from '../model/desired.ts';
import { sanitise } from '../model/end.ts';

export interface UnitFileContext {
  /** systemd's version. */
  readonly systemd: number;
  /** The directory with a directory per guest. */
  readonly guestsDirectory: string;
  /** The guests that have their root on another one, by that. */
  readonly clients: ReadonlyMap<string, readonly GuestWanted[]>;
}

/** Where guests' directories are as the units have it. */
const usualGuests = '/run/umlnfs/guests';
/** Time (ms) that a stop may take beyond StopTimeoutSec=: the later phases, and requests that are not answered. */
const stopMargin = 12_000;
/** A guest's largest file (bytes) beyond its memory: address randomisation may add up to 1 GiB to that. */
const fileMargin = (1024 + 64) * 1024 * 1024;
/** RestartSteps= and RestartMaxDelaySec= came with it. */
const knowsSteps = 254;
/** Where the unit sees directories of its own, or none: a kernel there has to be shown to it. */
const hidden = /^\/(home|root|run\/user|tmp|var\/tmp)\//;

/** The text of the drop-in. Same definition, same text. */
export function unitDropIn(wanted: GuestWanted, context: UnitFileContext): string {
  const { restart } = wanted;
  const lines = [
    `# Written by umlnfsd from the definition of ${wanted.name}; changes are lost. Your own settings go into`,
    `# systemctl edit umlnfs@${wanted.name}`,
    '[Unit]',
    ...descriptionLine(wanted),
    ...mountLine(wanted),
    ...dependencyLines(wanted),
    `StartLimitIntervalSec=${milliseconds(restart.burstInterval)}`,
    `StartLimitBurst=${restart.burst}`,
    '',
    '[Service]',
    ...restartLines(wanted, context),
    `TimeoutStartSec=${milliseconds(wanted.startTimeout)}`,
    `TimeoutStopSec=${milliseconds(stopLimit(wanted, context))}`,
    // An image may be larger than memory, and how large is not known here.
    `LimitFSIZE=${wanted.disks.length > 0 ? 'infinity' : wanted.memoryBytes + fileMargin}`,
    `Environment=UMLNFS_STOP_TIMEOUT_MS=${wanted.stopTimeout}`,
    ...clientsLine(wanted, context),
    ...placeLines(wanted, context),
  ];
  return `${lines.join('\n')}\n`;
}

function descriptionLine({ name, description }: GuestWanted): string[] {
  // A backslash at a line's end would take in the next line.
  const text = sanitise(description).replace(/\\+$/, '');
  return [`Description=User Mode Linux guest ${name}${text === '' ? '' : ` (${unspecified(text)})`}`];
}

function dependencyLines({ dependencies: { after, wants, requires } }: GuestWanted): string[] {
  const line = (key: string, guests: readonly string[]) =>
    guests.length === 0 ? [] : [`${key}=${guests.map((name) => `umlnfs@${name}.service`).join(' ')}`];
  return [...line('After', after), ...line('Wants', wants), ...line('Requires', requires)];
}

/** A root that is mounted at boot is there before its guest, and until that has ended. */
function mountLine({ root }: GuestWanted): string[] {
  return root.local ? [`RequiresMountsFor=${quoted(root.directory)}`] : [];
}

function restartLines({ name, restart }: GuestWanted, { systemd }: UnitFileContext): string[] {
  const { policy, maxDelay } = restart;
  if (policy === 'no') return ['Restart=no'];
  const delay = Math.max(restart.delay, 100);
  const lines = [
    `Restart=${policy}`,
    // 133: the guest rebooted. SIGQUIT: somebody killed it; systemd itself does so only to stop it.
    'RestartForceExitStatus=133 SIGQUIT',
    // Guests that fell together do not start together: up to a quarter less, the same for a guest each time.
    `RestartSec=${milliseconds(Math.round(delay * (1 - spread(name) / 4)))}`,
  ];
  if (systemd >= knowsSteps && maxDelay > delay) {
    // So many steps that each doubles the delay.
    lines.push(`RestartSteps=${Math.ceil(Math.log2(maxDelay / delay))}`);
    lines.push(`RestartMaxDelaySec=${milliseconds(maxDelay)}`);
  }
  return lines;
}

/** The longest time (ms) that one command of the guest's stop may take: those that end its clients wait for them. */
function stopLimit(wanted: GuestWanted, { clients }: UnitFileContext): number {
  const own = wanted.stopTimeout + stopMargin;
  return Math.max(own, clientsTime(wanted, clients));
}

/** How long (ms) the guests take to stop that have their root on this one, and those on them before. */
function clientsTime(wanted: GuestWanted, clients: UnitFileContext['clients']): number {
  const times = (clients.get(wanted.name) ?? []).map(
    (client) => clientsTime(client, clients) + client.stopTimeout + stopMargin + stopMargin,
  );
  return Math.max(0, ...times);
}

function clientsLine({ name }: GuestWanted, { clients }: UnitFileContext): string[] {
  const names = (clients.get(name) ?? []).map((client) => client.name);
  return names.length === 0 ? [] : [`Environment="UMLNFS_CLIENTS=${names.join(' ')}"`];
}

function placeLines({ name, kernel, disks }: GuestWanted, { guestsDirectory }: UnitFileContext): string[] {
  const lines: string[] = [];
  if (guestsDirectory !== usualGuests) {
    const own = `${guestsDirectory}/${name}`;
    lines.push(`Environment=${quoted(`UMLNFS_GUEST_DIRECTORY=${own}`)}`);
    lines.push(`ReadWritePaths=${quoted(`-${own}/uml`)}`);
  }
  // Minus: without it no command of the unit runs while a file is missing, so that nobody says which, and a guest that
  // runs cannot be stopped in order.
  for (const { path } of disks)
    lines.push(`${hidden.test(path) ? 'BindPaths' : 'ReadWritePaths'}=${quoted(`-${path}`)}`);
  if (hidden.test(kernel)) lines.push(`BindReadOnlyPaths=${quoted(`-${kernel}`)}`);
  return lines;
}

/** From 0 to 1, by the name alone. */
function spread(name: string): number {
  let sum = 0;
  for (const byte of Buffer.from(name)) sum = (sum * 31 + byte) % 1009;
  return sum / 1009;
}

function milliseconds(value: number): string {
  return `${Math.round(value)}ms`;
}

function quoted(text: string): string {
  return `"${unspecified(text).replace(/["\\]/g, '\\$&')}"`;
}

function unspecified(text: string): string {
  return text.replaceAll('%', '%%');
}
