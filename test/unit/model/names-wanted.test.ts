import { expect, test } from 'vitest';
import { parseGuest } from '../../../src/definition/parse-guest.ts';
import { parseHost } from '../../../src/definition/parse-host.ts';
import { desired } from '../../../src/model/derive.ts';

function announcedPrefix(bridge: string): string | undefined {
  const { host, guestDefaults } = parseHost({ path: '/etc/umlnfs.conf', text: `[Bridge]\n${bridge}\n` });
  const path = '/etc/umlnfs.d/web1.conf';
  const text = '[Guest]\nAddress=192.168.2.2\n';
  const { guest } = parseGuest(
    { name: 'web1', file: path, files: [{ path, text }], problems: [] },
    guestDefaults,
  );
  if (guest === undefined) throw new Error('the definition cannot be read');
  return desired(host, [guest], 'host').desired.names.get('default')?.ipv6Prefix;
}

test('guests are told of their IPv6 network by announcements', () => {
  expect(announcedPrefix('IPv6Address=fd00:2::1/64')).toBe('fd00:2::');
  expect(announcedPrefix('IPv6Address=fd00:2::1/64\nUplink=nat')).toBe('fd00:2::');
  expect(announcedPrefix('Uplink=nat')).toBeUndefined();
});

test('nothing is announced to the network of an interface that is in the bridge', () => {
  expect(announcedPrefix('IPv6Address=fd00:2::1/64\nUplink=eth1')).toBeUndefined();
});
