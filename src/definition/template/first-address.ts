import { ipv4ToNumber, numberToIpv4 } from '../../model/ipv4.ts';
import type { Problem } from '../../model/problem.ts';
import type { Assigned } from '../assign.ts';
import type { GuestSource } from '../source.ts';

const LAST_ADDRESS = 0xffff_ffff;

/** The values of an instance with the address that FirstAddress= of its template gives it, if it has none of its own. */
export function withFirstAddress(
  { name, instanceOf }: GuestSource,
  assigned: Assigned,
): { assigned: Assigned; problems: readonly Problem[] } {
  const first = instanceOf?.firstAddress;
  if (first === undefined || assigned.values.has('guest.address')) return { assigned, problems: [] };
  const instance = name.split(':')[1] ?? '';
  const refuse = (cause: string) => {
    const message = `cannot use FirstAddress=${first.address}: ${cause}`;
    return {
      assigned,
      problems: [{ severity: 'error' as const, file: first.file, line: first.line, guest: name, message }],
    };
  };
  if (!/^\d{1,9}$/.test(instance)) {
    return refuse(
      `instance ${instance} is no number to count by; write Address= into ${name}.conf.d/address.conf`,
    );
  }
  const number = (ipv4ToNumber(first.address) ?? 0) + Number(instance) - 1;
  if (number < 0 || number > LAST_ADDRESS) return refuse(`there is no address for instance ${instance}`);
  const values = new Map(assigned.values).set('guest.address', numberToIpv4(number));
  const origins = new Map(assigned.origins).set('guest.address', { file: first.file, line: first.line });
  return { assigned: { ...assigned, values, origins }, problems: [] };
}
