import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../../src/definition/assign.ts';
import { guestTable } from '../../../src/definition/guest-table.ts';
import { hostTable } from '../../../src/definition/host-table.ts';

describe.each([
  ['guest', guestTable],
  ['host', hostTable],
] as const)('the %s table', (_name, table) => {
  const rows = rowsOf(table);

  it('has each key once in its section', () => {
    const names = rows.map(({ section, key }) => `${section}.${key.name}`);
    expect(new Set(names).size).toBe(names.length);
  });

  it.each(rows.map((row) => [row.id, row] as const))(
    '%s has a default that can be written',
    (_id, { key }) => {
      if (key.fallback === undefined || key.fallback === '') return;
      for (const value of key.arity !== 'one' ? (key.fallback as unknown[]) : [key.fallback]) {
        expect(key.type.parse(key.type.format(value))).toEqual(value);
      }
    },
  );

  it.each(rows.map((row) => [row.id, row] as const))('%s is documented', (_id, { key }) => {
    expect(key.doc).toMatch(/^[A-Zo].*\.$/);
    expect(key.type.syntax).not.toBe('');
  });
});
