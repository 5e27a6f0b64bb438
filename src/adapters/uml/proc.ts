import { readdir, readFile, readlink } from 'node:fs/promises';

/** One process, from /proc/PID/stat. */
export interface ProcessStat {
  readonly pid: number;
  /** `R`, `S`, …; `Z` for one that ended and waits for its parent. */
  readonly state: string;
  readonly group: number;
  readonly session: number;
  /** Clock ticks (1/100 s) since the host's boot: with the pid it names a process for good. */
  readonly startTicks: number;
}

const ticksPerSecond = 100;

/** Reads the text of /proc/PID/stat; the program's name in it may hold anything, brackets too. */
export function parseStat(text: string): ProcessStat | undefined {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  if (open < 0 || close < open) return undefined;
  const fields = text.slice(close + 2).split(' ');
  const pid = Number.parseInt(text.slice(0, open), 10);
  const [group, session, startTicks] = [fields[2], fields[3], fields[19]].map(Number);
  const numbers = [pid, group, session, startTicks];
  if (group === undefined || session === undefined || startTicks === undefined) return undefined;
  if (!numbers.every(Number.isInteger)) return undefined;
  return { pid, state: fields[0] ?? '', group, session, startTicks };
}

/** The process; `undefined` when it is gone or has ended and only waits for its parent. */
export async function livingProcess(pid: number): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const found = parseStat(text);
  return found === undefined || found.state === 'Z' || found.state === 'X' ? undefined : found;
}

/** All living processes that `accept` takes. */
export async function findProcesses(accept: (process: ProcessStat) => boolean): Promise<ProcessStat[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(names.map((name) => livingProcess(Number(name))));
  return all.filter((process) => process !== undefined).filter(accept);
}

/** A process's arguments and effective user; `undefined` when it is gone. */
export async function commandOf(pid: number): Promise<{ argv: readonly string[]; uid: number } | undefined> {
  try {
    const [text, status] = await Promise.all([
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      // Not the owner of the directory: that is root for a process whose program its user may not read.
      readFile(`/proc/${pid}/status`, 'utf8'),
    ]);
    const uid = /^Uid:\t\d+\t(\d+)/m.exec(status)?.[1];
    return uid === undefined ? undefined : { argv: text.replace(/\0$/, '').split('\0'), uid: Number(uid) };
  } catch {
    return undefined;
  }
}

/** Whether a process is one of this machine, and not of a container on it, whose paths mean other files. */
export async function isOurs(pid: number): Promise<boolean> {
  const namespace = (of: string) => readlink(`/proc/${of}/ns/pid`).catch(() => of);
  return (await namespace(String(pid))) === (await namespace('self'));
}

/** Milliseconds since a process began. */
export async function ageOf(process: ProcessStat): Promise<number> {
  const uptime = Number.parseFloat(await readFile('/proc/uptime', 'utf8'));
  return Math.max(0, (uptime - process.startTicks / ticksPerSecond) * 1000);
}
