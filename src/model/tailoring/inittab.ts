/**
 * `/etc/inittab` of roots without systemd: System V's init, whose lines are `ID:RUNLEVELS:ACTION:PROCESS`, and that of
 * busybox, whose lines are `TERMINAL::ACTION:PROCESS`. What umlnfs adds is in a block of its own at the end, and what
 * it takes out becomes a comment.
 */

const begin = '# made by umlnfs, which writes these lines again: begin';
const end = '# made by umlnfs: end';
const takenOut = '# umlnfs: not for a guest: ';

type Init = 'sysvinit' | 'busybox';

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly process: string;
}

/**
 * The table with readiness, power-off on ctrl-alt-del, and a login on the first terminal, which is the one that
 * umlnfs console shows; without logins on terminals that lead nowhere, and would be started again for ever. What an
 * administrator has written for any of it stays.
 * @returns undefined where there is no table, and the init has none of its own
 */
export function inittabForGuest(inittab: string | undefined, init: Init): string | undefined {
  if (inittab === undefined && init === 'sysvinit') return undefined;
  const lines = withoutBlock((inittab ?? busyboxDefault).split('\n')).map((line) =>
    isForOthers(line) ? `${takenOut}${line}` : line,
  );
  while (lines.at(-1)?.trim() === '') lines.pop();
  const entries = lines.map(entryOf).filter((entry) => entry !== undefined);
  const own = [
    ...(entries.some(({ process }) => process.includes('/proc/mconsole')) ? [] : [readiness[init]]),
    ...(entries.some(({ action }) => action === 'ctrlaltdel') ? [] : [powerOff[init]]),
    ...(entries.some(isOnConsole) ? [] : [login[init]]),
  ];
  const block = own.length === 0 ? [] : [begin, ...own, end];
  return `${[...lines, ...block].join('\n')}\n`;
}

/** The table in which root is logged in on the console without a password, by a line that is the administrator's. */
export function inittabWithAutologin(inittab: string, init: Init): string {
  const lines = inittab.split('\n');
  const wanted = autologin[init];
  if (lines.includes(wanted)) return inittab;
  const kept = withoutBlock(lines).map((line) => {
    const entry = entryOf(line);
    return entry !== undefined && isOnConsole(entry) ? `${takenOut}${line}` : line;
  });
  while (kept.at(-1)?.trim() === '') kept.pop();
  return inittabForGuest(`${[...kept, wanted].join('\n')}\n`, init) ?? inittab;
}

/** What busybox does where there is no table, but for its shells on terminals that a guest has not. */
const busyboxDefault = '::sysinit:/etc/init.d/rcS\n::shutdown:/bin/umount -a -r\n';

const readiness = {
  sysvinit: "umrd:2345:once:/bin/sh -c 'echo READY=1 >/proc/mconsole'",
  // Where the kernel mounts its root itself, nobody need have mounted /proc.
  busybox:
    "::once:/bin/sh -c '[ -e /proc/mconsole ] || mount -t proc proc /proc; echo READY=1 >/proc/mconsole'",
} as const;

const powerOff = {
  sysvinit: 'umca:12345:ctrlaltdel:/sbin/shutdown -h -P now',
  busybox: '::ctrlaltdel:poweroff',
} as const;

const login = {
  sysvinit: 'umt1:2345:respawn:/sbin/getty 38400 tty1',
  busybox: 'tty1::respawn:getty 38400 tty1',
} as const;

const autologin = {
  sysvinit: 'uma1:2345:respawn:/sbin/agetty --autologin root --noclear tty1 38400 linux',
  busybox: 'tty1::respawn:-/bin/sh',
} as const;

function withoutBlock(lines: readonly string[]): string[] {
  const kept: string[] = [];
  let inside = false;
  for (const line of lines) {
    if (line === begin) inside = true;
    else if (line === end) inside = false;
    else if (!inside) kept.push(line);
  }
  // A block without an end is nobody's any more.
  return inside ? lines.filter((line) => line !== begin) : kept;
}

function entryOf(line: string): Entry | undefined {
  if (/^\s*(#|$)/.test(line)) return undefined;
  const [id, , action, ...process] = line.trim().split(':');
  if (id === undefined || action === undefined) return undefined;
  return { id, action, process: process.join(':') };
}

function isForOthers(line: string): boolean {
  const entry = entryOf(line);
  if (entry === undefined) return false;
  const { id, action, process } = entry;
  // As distributions have it; somebody who wants another end than power-off writes it in other words.
  if (action === 'ctrlaltdel') return /\breboot\b|\bshutdown\b.*\s-r\b|\binit\s+6\b/.test(process);
  if (action !== 'respawn' && action !== 'askfirst') return false;
  const elsewhere = /^(tty([2-9]|[1-9]\d+|[A-Z]+\d+)|hvc\d+|console)$/;
  return (
    elsewhere.test(id) || (/getty/.test(process) && process.split(/\s+/).some((word) => elsewhere.test(word)))
  );
}

function isOnConsole({ id, action, process }: Entry): boolean {
  if (action !== 'respawn' && action !== 'askfirst') return false;
  return id === 'tty1' || process.split(/\s+/).some((word) => word === 'tty1' || word === '/dev/tty1');
}
