import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import dgram, { type Socket } from 'unix-dgram';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { encodeEntry } from '../../../../src/adapters/log/journal-entry.ts';
import { journalSink } from '../../../../src/adapters/log/journal-sink.ts';
import { messageIds } from '../../../../src/adapters/log/message-ids.ts';

let directory: string;
let path: string;
let journal: Socket;
let received: Buffer[];
let fallback: string[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'umlnfs-log-'));
  path = join(directory, 'socket');
  received = [];
  fallback = [];
  journal = dgram.createSocket('unix_dgram', (data) => received.push(data));
  journal.bind(path);
});

afterEach(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

/** Reads the native protocol as journald does. */
function decode(entry: Buffer): [string, string][] {
  const fields: [string, string][] = [];
  for (let offset = 0; offset < entry.length; ) {
    const end = entry.indexOf('\n', offset);
    if (end === -1) throw new Error('the entry ends within a field');
    const line = entry.subarray(offset, end).toString();
    const equals = line.indexOf('=');
    if (equals !== -1) {
      fields.push([line.slice(0, equals), line.slice(equals + 1)]);
      offset = end + 1;
    } else {
      const length = Number(entry.readBigUInt64LE(end + 1));
      fields.push([line, entry.subarray(end + 9, end + 9 + length).toString()]);
      expect(entry[end + 9 + length]).toBe(0x0a);
      offset = end + 10 + length;
    }
  }
  return fields;
}

async function logged(act: (log: pino.Logger) => void): Promise<[string, string][]> {
  const arrived = once(journal, 'message');
  act(pino({ level: 'trace', base: null }, journalSink(path, { write: (line) => fallback.push(line) })));
  await arrived;
  return decode(received[0] ?? Buffer.alloc(0));
}

test('a line arrives with its fields, its priority and its message id', async () => {
  const fields = await logged((log) =>
    log.warn(
      { guest: 'web1', step: 'tap.ensure', reason: 'it is missing', event: 'step-failed', readySeconds: 1.5 },
      'no tap',
    ),
  );
  expect(fields).toEqual([
    ['MESSAGE', 'no tap'],
    ['PRIORITY', '4'],
    ['SYSLOG_IDENTIFIER', 'umlnfsd'],
    ['MESSAGE_ID', messageIds['step-failed'].id],
    ['UMLNFS_GUEST', 'web1'],
    ['UMLNFS_STEP', 'tap.ensure'],
    ['UMLNFS_REASON', 'it is missing'],
    ['UMLNFS_READY_SECONDS', '1.5'],
  ]);
});

test('an error comes with its cause, number and stack', async () => {
  const fields = new Map(
    await logged((log) => {
      const err = Object.assign(new Error('open: no'), { errno: -13, code: 'EACCES' });
      log.error({ err }, 'cannot read');
    }),
  );
  expect(fields.get('MESSAGE')).toBe('cannot read: open: no');
  expect(fields.get('PRIORITY')).toBe('3');
  expect(fields.get('ERRNO')).toBe('13');
  expect(fields.get('UMLNFS_STACK')).toMatch(/^Error: open: no\n\s+at /);
});

test('what a guest says forges no field', async () => {
  const hostile = 'x\nPRIORITY=0\nMESSAGE_ID=00000000000000000000000000000000\n\u0000\u001b[31m=';
  const fields = await logged((log) =>
    log.info({ detail: hostile, 'x\nPRIORITY': 'a', event: 'toString', '': 'b', _PID: '1' }, hostile),
  );
  expect(fields.map(([name]) => name)).toEqual([
    'MESSAGE',
    'PRIORITY',
    'SYSLOG_IDENTIFIER',
    'UMLNFS_DETAIL',
    'UMLNFS_',
    'UMLNFS__PID',
  ]);
  expect(fields[0]?.[1]).toBe(hostile);
  expect(fields[1]?.[1]).toBe('6');
  expect(fields[3]?.[1]).toBe(hostile);
});

test('what is too long is cut, and the message stays', async () => {
  const fields = new Map(
    await logged((log) => {
      const many = Object.fromEntries(
        [...Array(20).keys()].map((index) => [`f${index}`, 'ä'.repeat(100_000)]),
      );
      log.info(many, `begin ${'ö'.repeat(300_000)}`);
    }),
  );
  expect(fields.get('MESSAGE')).toMatch(/^begin ö+ … \(cut\)$/);
  expect(fields.get('PRIORITY')).toBe('6');
  expect(received[0]?.length).toBeLessThan(61_441);
});

test('without a journal, lines go where systemd reads them with a priority', () => {
  const log = pino(
    { base: null },
    journalSink(join(directory, 'none'), { write: (line) => fallback.push(line) }),
  );
  log.error({ guest: 'web1', reason: 'a "b"\n<0>c' }, 'one\n<0>two\u001b[2J');
  expect(fallback).toHaveLength(1);
  expect(fallback[0]).toBe('<3>one\\n<0>two\\u001b[2J (guest=web1 reason="a \\"b\\"\\n<0>c")\n');
});

test('a journal that does not keep up stops nothing, and what was dropped is counted', async () => {
  const log = pino({ base: null }, journalSink(path, { write: (line) => fallback.push(line) }));
  const dropped = 2000;
  // In one turn nobody reads, and the socket takes some tens.
  for (let index = 0; index < dropped; index += 1) log.info(`line ${index}`);
  const taken = () => received.map((entry) => new Map(decode(entry)).get('MESSAGE') ?? '');
  await once(journal, 'message');
  while (!taken().some((text) => text.includes('were dropped'))) {
    log.info('again');
    await new Promise((resolve) => setImmediate(resolve));
  }
  const lines = taken().filter((text) => text.startsWith('line ')).length;
  expect(taken().find((text) => text.includes('dropped'))).toMatch(/^\d+ messages were dropped/);
  expect(lines).toBeLessThan(dropped);
  expect(fallback).toEqual([]);
});

test('message ids are those of the journal: 128 bits in hexadecimal, each of its own', () => {
  const ids = Object.values(messageIds).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
});

test('an entry in the exact bytes of the protocol', () => {
  const entry = encodeEntry([
    ['A', 'b'],
    ['C', 'd\n'],
  ]);
  const expected = execFileSync('printf', [String.raw`A=b\nC\n\002\000\000\000\000\000\000\000d\n\n`]);
  expect(entry).toEqual(expected);
});
