import { closeSync, fstatSync, openSync } from 'node:fs';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createLog, isJournal } from '../../../../src/adapters/log/log.ts';
import { terminalSink } from '../../../../src/adapters/log/terminal-sink.ts';

test('a level that there is not is an error for people', () => {
  expect(() => createLog({ level: 'loud' })).toThrow('cannot log at level loud: there is no such level');
});

test('the journal is what JOURNAL_STREAM names, and nothing else', () => {
  const fd = openSync('/dev/null', 'r');
  const { dev, ino } = fstatSync(fd, { bigint: true });
  expect(isJournal(`${dev}:${ino}`, fd)).toBe(true);
  expect(isJournal(`${dev}:${ino + 1n}`, fd)).toBe(false);
  expect(isJournal(undefined, fd)).toBe(false);
  closeSync(fd);
  expect(isJournal(`${dev}:${ino}`, 9999)).toBe(false);
});

test("a guest's words cannot move a terminal's cursor", async () => {
  let shown = '';
  const terminal = new Writable({
    write(chunk, _, done) {
      shown += chunk;
      done();
    },
  });
  const log = pino({ base: null }, terminalSink(false, terminal));
  log.info({ guest: 'web1', detail: 'a\u009b2Jb\u202ec', nested: { x: '\u001b[2J' } }, 'one\u001b[2Jtwo\r');
  await new Promise((resolve) => setImmediate(resolve));
  expect(shown).toMatch(/INFO.*one\uFFFD\[2Jtwo\uFFFD/);
  expect(shown).toContain('web1');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  expect(shown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
});
