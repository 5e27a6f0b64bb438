import type { EndReason } from './observed.ts';

export interface EndEvidence {
  /** Exit status; undefined when it is not known (an adopted process) or a signal ended it. */
  readonly code: number | undefined;
  readonly signal: string | undefined;
  /** The console's last lines, as the guest wrote them. */
  readonly consoleTail: string;
  /** The kernel sent a panic notification. */
  readonly panicked: boolean;
}

/** The root's shutdown hook writes it to /proc/exitcode on reboot, as systemd-nspawn has it. */
const rebootStatus = 133;
/** Exit statuses that the initramfs writes to /proc/exitcode when it gives up. */
export const initramfsFailures: Readonly<Record<number, string>> = {
  120: 'its initramfs could not load the NFS modules',
  121: 'its initramfs found no network device or no address',
  122: 'its initramfs could not mount the root',
  123: 'its root has no init program',
};

const endings: readonly (readonly [RegExp, EndReason])[] = [
  [/\breboot: Restarting system/, 'reboot'],
  [/\bsysrq: Resetting/, 'reboot'],
  [/\breboot: Power down/, 'power-off'],
  // A kernel that has no power to switch off halts when it is asked to: poweroff(8) ends like this, too.
  [/\breboot: System halted/, 'power-off'],
];
const panic = /Kernel panic - not syncing/;
const complaint = /^umlnfs: cannot /;
const longest = 200;

/**
 * Why a guest's process ended, and a sentence about it. All evidence but code and signal comes from the guest,
 * which can at most give a wrong reason for its own end.
 */
export function classifyEnd(evidence: EndEvidence): { reason: EndReason; detail: string } {
  const { code, signal } = evidence;
  const lines = evidence.consoleTail
    .split('\n')
    .map(sanitise)
    .filter((line) => line !== '');
  const crashed = signal !== undefined && signal !== 'SIGTERM' && signal !== 'SIGINT' && signal !== 'SIGKILL';
  const panicLine = lines.findLast((line) => panic.test(line));
  // A panic is the last thing a kernel does: after an orderly end the line is an old one, or somebody's echo.
  if (evidence.panicked || (panicLine !== undefined && (crashed || signal === undefined) && code !== 0)) {
    return { reason: 'panic', detail: panicLine ?? 'its kernel panicked' };
  }
  const how = status(code, signal);
  if (signal === 'SIGKILL' || signal === 'SIGTERM' || signal === 'SIGINT') {
    return { reason: 'killed', detail: how };
  }
  if (crashed) return { reason: 'crash', detail: withLast(how, lines) };
  if (code === rebootStatus) return { reason: 'reboot', detail: 'it rebooted itself' };
  const failure = code === undefined ? undefined : initramfsFailures[code];
  const said = lines.findLast((line) => complaint.test(line));
  if (failure !== undefined && said !== undefined)
    return { reason: 'start-failed', detail: `${failure}: ${said}` };
  if (code === 0 || code === undefined) {
    const ending = endingOf(lines);
    if (ending !== undefined) return ending;
    return { reason: 'unknown', detail: withLast(how, lines) };
  }
  return { reason: 'crash', detail: withLast(how, lines) };
}

/** The newest of the kernel's own last words. */
function endingOf(lines: readonly string[]): { reason: EndReason; detail: string } | undefined {
  for (const line of lines.toReversed()) {
    const found = endings.find(([pattern]) => pattern.test(line));
    if (found !== undefined) return { reason: found[1], detail: line };
  }
  return undefined;
}

function status(code: number | undefined, signal: string | undefined): string {
  if (signal !== undefined) return `signal ${signal} ended its process`;
  if (code !== undefined) return `its process ended with exit status ${code}`;
  return 'its process ended';
}

function withLast(how: string, lines: readonly string[]): string {
  const last = lines.at(-1);
  return last === undefined ? how : `${how}; its console's last line is: ${last}`;
}

/** One line of a guest's text without control characters and escape sequences, of bounded length. */
export function sanitise(text: string): string {
  const plain = text
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/\u001b(\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(\u0007|\u001b\\)?|.?)/g, '')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029\ufffd]/gu, '')
    .trim();
  return plain.length > longest ? `${plain.slice(0, longest - 1)}…` : plain;
}
