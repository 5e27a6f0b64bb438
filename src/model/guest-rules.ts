/** What can be wrong with one guest by itself although each of its values can be read. */
import type { Guest, Host } from '../definition/guest.ts';
import type { Network } from '../definition/network.ts';
import type { GuestWanted } from './desired.ts';
import { diskFindings } from './disk-rules.ts';
import type { Finding } from './finding.ts';
import { networkFindings } from './network-rules.ts';
import { rootFindings } from './root-rules.ts';

const MIB = 1024 * 1024;
/** sun_path is 108 bytes with its terminating zero; UML silently has no mconsole where the path is longer. */
const LONGEST_SOCKET = 107;
/** The kernel's command line is 4096 bytes; the rest is for what umlnfs itself says. */
const LONGEST_ARGUMENTS = 2048;

export function guestFindings(host: Host, network: Network, guest: Guest, wanted: GuestWanted): Finding[] {
  return [
    ...mainFindings(host, guest),
    ...networkFindings(host, network, guest, wanted),
    ...rootFindings(host, guest, wanted),
    ...diskFindings(host, guest, wanted),
    ...timeFindings(guest),
  ];
}

function mainFindings(host: Host, guest: Guest): Finding[] {
  const findings: Finding[] = [];
  const refuse = (key: string | undefined, message: string) =>
    findings.push({ key, severity: 'error', message });
  const { memory, arguments: words } = guest.guest;
  if (memory < 16 * MIB || memory > MIB * MIB || memory % 4096 !== 0) {
    refuse('guest.memory', 'cannot use Memory=: it must be from 16M to 1T in whole pages of 4K');
  }
  if (words.join(' ').length > LONGEST_ARGUMENTS) {
    refuse(
      'guest.arguments',
      `cannot use Arguments=: together they are longer than ${LONGEST_ARGUMENTS} characters`,
    );
  }
  const socket = `${host.directories.runtime}/guests/${guest.name}/uml/${guest.name}/mconsole`;
  if (socket.length > LONGEST_SOCKET) {
    const cause = `the path of its mconsole socket would be ${socket.length} characters, and the kernel takes ${LONGEST_SOCKET}`;
    refuse(
      undefined,
      `cannot use the guest's name: ${cause}; shorten it, or Runtime= of [Directories] in the host file`,
    );
  }
  return findings;
}

function timeFindings(guest: Guest): Finding[] {
  const findings: Finding[] = [];
  const refuse = (key: string, message: string) => findings.push({ key, severity: 'error', message });
  const { health, restart } = guest;
  if (guest.guest.startTimeout === 0) {
    refuse('guest.startTimeout', 'cannot use StartTimeoutSec=0: the guest would fail at once');
  }
  if (health.interval > 0 && health.timeout === 0) {
    refuse('health.timeout', 'cannot use TimeoutSec=0: no check could succeed; IntervalSec=0 turns them off');
  }
  if (restart.maxDelay < restart.delay) {
    refuse('restart.maxDelay', 'cannot use MaxDelaySec=: it is less than the first delay, DelaySec=');
  }
  return findings;
}
