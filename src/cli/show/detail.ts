import { sanitise } from '../../model/end.ts';
import type { GuestStatus } from '../../model/status.ts';
import { shortDuration } from './duration.ts';
import { colouredState } from './state.ts';

function time(micros: number, now: number): string {
  if (micros === 0) return '';
  return `${new Date(micros / 1000).toISOString()} (${shortDuration((now - micros) / 1e6)} ago)`;
}

/** A guest in full, a line per fact; what is unknown or does not apply is left out. */
export function statusDetail(guest: GuestStatus, now: number, colours: boolean): string {
  const facts: [string, string][] = [
    ['Description', guest.description],
    ['State', guest.state],
    ['Since', time(guest.stateSince, now)],
    ['Detail', guest.detail],
    ['Problem', guest.problem],
    ['Health', guest.health],
    ['Ready after', guest.readySeconds < 0 ? '' : `${guest.readySeconds.toFixed(3)} s`],
    ['Process', guest.pid === 0 ? '' : String(guest.pid)],
    ['Started', time(guest.startedAt, now)],
    ['Restarts', String(guest.restarts)],
    ['Last end', [guest.lastEndReason, guest.lastEndDetail].filter((text) => text !== '').join(': ')],
    ['Ended', time(guest.lastEndAt, now)],
    ['Address', guest.address],
    ['IPv6 address', guest.ipv6Address],
    ['MAC address', guest.mac],
    ['Tap', guest.tap],
    ['Network', guest.network],
    ['Root', guest.rootDirectory === '' ? '' : `${guest.rootServer}:${guest.rootDirectory}`],
    ['Kernel', [guest.kernel, guest.kernelVersion].filter((text) => text !== '').join(' ')],
    ['Console', guest.console],
    ['Log', guest.log],
    ['Definition', guest.definition],
  ];
  const lines = facts
    .map(([title, value]): [string, string] => [title, sanitise(value)])
    .filter(([, value]) => value !== '');
  const width = 12;
  const body = lines.map(([title, value]) => {
    const shown = title === 'State' ? colouredState(guest.state, value, colours) : value;
    return `${title.padStart(width)}: ${shown}\n`;
  });
  return `${guest.name}\n${body.join('')}`;
}
