import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errors } from '../../../../src/adapters/dbus/interface/errors.ts';
import { guestInterface } from '../../../../src/adapters/dbus/interface/guest.ts';
import { managerInterface } from '../../../../src/adapters/dbus/interface/manager.ts';
import { messageIds } from '../../../../src/adapters/log/message-ids.ts';

const document = readFileSync(new URL('../../../../docs/dbus.md', import.meta.url), 'utf8');

test('docs/dbus.md has every interface, member and error', () => {
  for (const spec of [managerInterface, guestInterface]) {
    expect(document).toContain(`## ${spec.name}\n`);
    for (const name of Object.keys({ ...spec.methods, ...spec.signals }))
      expect(document).toContain(`\`${name}(`);
    for (const name of Object.keys(spec.properties)) expect(document).toContain(`\`${name}\``);
  }
  for (const { name } of Object.values(errors)) expect(document).toContain(`\`${name}\``);
});

test('docs/dbus.md has every message id with what it means', () => {
  for (const { id, doc } of Object.values(messageIds)) expect(document).toContain(`| \`${id}\` | ${doc} |\n`);
});
