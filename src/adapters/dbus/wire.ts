import { Variant } from 'dbus-next';
import type { GuestStatus } from '../../model/status.ts';
import { type GuestProperty, guestProperties } from './interface/guest.ts';

/** The longest text given over the bus, in UTF-16 units: status lines, not logs. */
const longest = 16_384;

/** Text as the bus takes it: a NUL would make it end our connection, and texts of guests may hold one. */
export function wireText(text: string): string {
  return text.slice(0, longest).replaceAll('\0', '\uFFFD');
}

const whole = (value: number, max: number) =>
  Number.isFinite(value) ? Math.min(max, Math.max(0, Math.round(value))) : 0;

function wireValue(signature: GuestProperty['signature'], value: string | number): string | number {
  switch (signature) {
    case 's':
      return wireText(String(value));
    case 'u':
      return whole(Number(value), 0xffff_ffff);
    case 't':
      return whole(Number(value), Number.MAX_SAFE_INTEGER);
    case 'd':
      return Number.isFinite(value) ? Number(value) : -1;
    default: {
      const never: never = signature;
      return never;
    }
  }
}

export type Properties = Readonly<Record<string, Variant>>;

/** The properties of org.umlnfs1.Guest for a status. */
export function propertiesOf(status: GuestStatus): Properties {
  const properties: Record<string, Variant> = {};
  for (const [field, { name, signature }] of Object.entries(guestProperties)) {
    properties[name] = new Variant(signature, wireValue(signature, status[field as keyof GuestStatus]));
  }
  return properties;
}

/** Those of `after` that are not the same in `before`. */
export function changed(before: Properties | undefined, after: Properties): Properties {
  const same = (a: unknown, b: unknown) => a === b || JSON.stringify(a) === JSON.stringify(b);
  return Object.fromEntries(
    Object.entries(after).filter(([name, variant]) => !same(before?.[name]?.value, variant.value)),
  );
}

type Received = Readonly<Record<string, { readonly value: unknown }>>;

/** The fields of a status that come with these properties. */
export function fieldsOf(properties: Received): Partial<GuestStatus> {
  const fields: Record<string, string | number> = {};
  for (const [field, { name, signature }] of Object.entries(guestProperties)) {
    const value = properties[name]?.value;
    // 64-bit numbers arrive as bigint.
    if (value !== undefined) fields[field] = signature === 's' ? String(value) : Number(value);
  }
  return fields;
}

/** A whole status; what a daemon of another version does not tell is empty, 0 or -1. */
export function statusOf(properties: Received): GuestStatus {
  const empty = { s: '', t: 0, u: 0, d: -1 };
  const blank = Object.entries(guestProperties).map(([field, { signature }]) => [field, empty[signature]]);
  return { ...Object.fromEntries(blank), ...fieldsOf(properties) };
}
