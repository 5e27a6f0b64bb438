import { expect, test } from 'vitest';
import { decodeLabel, encodeLabel, guestOfPath, guestPath } from '../../../../src/adapters/dbus/path.ts';

test('labels are escaped as sd_bus_path_encode does it', () => {
  expect(encodeLabel('web1')).toBe('web1');
  expect(encodeLabel('1web')).toBe('_31web');
  expect(encodeLabel('a.b-c_d')).toBe('a_2eb_2dc_5fd');
  expect(encodeLabel('ä')).toBe('_c3_a4');
  expect(encodeLabel('')).toBe('_');
});

test('labels come back as the name they were made of, and nothing else does', () => {
  for (const name of ['web1', '9-a.b_c', '', 'ä', '_']) expect(decodeLabel(encodeLabel(name))).toBe(name);
  for (const label of ['_31_', '_5F', 'a_62', '1a', 'a-b', '_zz', 'a/b'])
    expect(decodeLabel(label)).toBeUndefined();
});

test('a path is a guest only below the guests', () => {
  expect(guestPath('a.b')).toBe('/org/umlnfs1/guest/a_2eb');
  expect(guestOfPath('/org/umlnfs1/guest/a_2eb')).toBe('a.b');
  expect(guestOfPath('/org/umlnfs1/guest')).toBeUndefined();
  expect(guestOfPath('/org/umlnfs1/guest/a/b')).toBeUndefined();
});
