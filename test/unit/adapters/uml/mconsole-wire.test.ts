import { expect, test } from 'vitest';
import {
  decodeNotify,
  decodeReply,
  encodeRequest,
  type MconsoleCommand,
} from '../../../../src/adapters/uml/mconsole-wire.ts';

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => {
    buffer.writeUInt32LE(value, index * 4);
  });
  return buffer;
}

test('a request has the magic number, version 2, its length and 512 bytes of room', () => {
  const request = encodeRequest('version');
  expect(request).toHaveLength(524);
  expect(request.subarray(0, 12)).toEqual(words(0xcafebabe, 2, 7));
  expect(request.subarray(12, 20).toString()).toBe('version\0');
});

test.each(['sysrq s', 'config con1', 'proc 1/mounts', 'cad', 'halt'])('%s is a command', (command) => {
  expect(() => encodeRequest(command as MconsoleCommand)).not.toThrow();
});

test.each([
  'halting',
  'hal',
  '',
  'version ',
  'sysrq',
  'sysrq sb',
  'config con1=pts',
  'config eth0=x',
  'remove con1',
  'proc ../x',
  'log x',
  'stack 1',
])('the kernel compares prefixes, so %j is never sent', (command) => {
  expect(() => encodeRequest(command as MconsoleCommand)).toThrow(/no mconsole command/);
});

test('a reply is read up to its length or the first NUL', () => {
  const reply = Buffer.concat([words(0, 0, 6), Buffer.from('Linux\0rest')]);
  expect(decodeReply(reply)).toEqual({ ok: true, more: false, data: Buffer.from('Linux') });
  expect(decodeReply(Buffer.concat([words(1, 1, 3), Buffer.from('abc')]))).toEqual({
    ok: false,
    more: true,
    data: Buffer.from('abc'),
  });
});

test.each([
  ['too short', Buffer.alloc(11)],
  ['too long', Buffer.alloc(525)],
  ['shorter than it says', Buffer.concat([words(0, 0, 4), Buffer.from('abc')])],
  ['with an absurd length', Buffer.concat([words(0, 0, 0xffffffff), Buffer.from('abc')])],
])('a reply that is %s is none', (_, datagram) => {
  expect(decodeReply(datagram)).toBeUndefined();
});

test.each(['socket', 'panic', 'hang', 'user'] as const)('a notification of type %s', (type) => {
  const code = ['socket', 'panic', 'hang', 'user'].indexOf(type);
  const datagram = Buffer.concat([words(0xcafebabe, 2, code, 4), Buffer.from('text')]);
  expect(decodeNotify(datagram)).toEqual({ type, text: 'text' });
});

test.each([
  ['of another magic number', Buffer.concat([words(0xcafebabf, 2, 3, 1), Buffer.from('x')])],
  ['of another version', Buffer.concat([words(0xcafebabe, 3, 3, 1), Buffer.from('x')])],
  ['of an unknown type', Buffer.concat([words(0xcafebabe, 2, 4, 1), Buffer.from('x')])],
  ['of a negative type', Buffer.concat([words(0xcafebabe, 2, 0xffffffff, 1), Buffer.from('x')])],
  ['shorter than it says', Buffer.concat([words(0xcafebabe, 2, 3, 2), Buffer.from('x')])],
  ['without a header', Buffer.from('READY=1')],
  ['too long', Buffer.alloc(529)],
])('a datagram %s is no notification', (_, datagram) => {
  expect(decodeNotify(datagram)).toBeUndefined();
});

test('bytes that are no UTF-8 do no harm', () => {
  const datagram = Buffer.concat([words(0xcafebabe, 2, 3, 2), Buffer.from([0xff, 0xc0])]);
  expect(decodeNotify(datagram)?.text).toBe('\ufffd\ufffd');
});
