import { expect, test } from 'vitest';
import { classifyEnd, type EndEvidence, sanitise } from '../../../src/model/end.ts';

function end(evidence: Partial<EndEvidence>): { reason: string; detail: string } {
  return classifyEnd({ code: 0, signal: undefined, consoleTail: '', panicked: false, ...evidence });
}

test.each([
  ['reboot: Restarting system', 'reboot'],
  ['[   12.345678] reboot: Power down', 'power-off'],
  ['reboot: System halted', 'power-off'],
  ['sysrq: Resetting', 'reboot'],
])('the last words %j are a %s', (words, reason) => {
  expect(end({ consoleTail: `systemd-shutdown[1]: …\n${words}\n\n` })).toEqual({ reason, detail: words });
  // Of an adopted process nothing else is known.
  expect(end({ code: undefined, consoleTail: `${words}\n` }).reason).toBe(reason);
});

test('the newest of the last words counts', () => {
  expect(end({ consoleTail: 'echo reboot: Power down\nreboot: Restarting system\n' }).reason).toBe('reboot');
});

test('exit status 133 is the reboot convention, whatever the console says', () => {
  expect(end({ code: 133, consoleTail: 'reboot: Power down' }).reason).toBe('reboot');
});

test('a panic is told by the notification or by the console', () => {
  const line = 'Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)';
  expect(
    end({ code: undefined, signal: 'SIGABRT', panicked: true, consoleTail: `x\n${line}\nCPU: 0` }),
  ).toEqual({
    reason: 'panic',
    detail: line,
  });
  expect(end({ code: undefined, signal: 'SIGABRT', consoleTail: line }).reason).toBe('panic');
  expect(end({ code: undefined, consoleTail: line }).reason).toBe('panic');
  expect(end({ code: undefined, signal: 'SIGABRT', panicked: true }).detail).toBe('its kernel panicked');
});

test('a guest that only printed the words of a panic did not panic', () => {
  const consoleTail = 'Kernel panic - not syncing: a joke\nreboot: Power down';
  expect(end({ consoleTail }).reason).toBe('power-off');
  expect(end({ code: undefined, signal: 'SIGKILL', consoleTail }).reason).toBe('killed');
});

test.each(['SIGSEGV', 'SIGABRT', 'SIGBUS'])('%s without a panic is a crash', (signal) => {
  const found = end({ code: undefined, signal, consoleTail: 'last line\n' });
  expect(found).toEqual({
    reason: 'crash',
    detail: `signal ${signal} ended its process; its console's last line is: last line`,
  });
});

test('a signal from outside is no crash', () => {
  expect(end({ code: undefined, signal: 'SIGKILL' })).toEqual({
    reason: 'killed',
    detail: 'signal SIGKILL ended its process',
  });
});

test('the initramfs says why it gave up', () => {
  const consoleTail =
    'umlnfs: cannot mount the root 192.168.2.1:/r: Connection refused (tried for 60 s)\nreboot: Power down\n';
  const found = end({ code: 122, consoleTail });
  expect(found.reason).toBe('start-failed');
  expect(found.detail).toMatch(/could not mount the root: .*Connection refused/);
});

test('a status of the initramfs without its words is just a status', () => {
  expect(end({ code: 122, consoleTail: 'reboot: Power down' }).reason).toBe('crash');
});

test('an end without any words is unknown, and another status a crash', () => {
  expect(end({}).reason).toBe('unknown');
  expect(end({ code: 1, consoleTail: 'write: File too large' })).toEqual({
    reason: 'crash',
    detail: "its process ended with exit status 1; its console's last line is: write: File too large",
  });
});

test('what a guest writes cannot act on a terminal', () => {
  expect(sanitise('\u001b[31mred\u001b[0m \u001b]0;title\u0007text\u0000\u0008\u009b2J\r\u202e')).toBe(
    'red text2J',
  );
  expect(sanitise('x'.repeat(1000))).toHaveLength(200);
  expect(end({ code: 1, consoleTail: '\u001b]52;c;ZXZpbA==\u001b\\\u001b[2Jlast' }).detail).toMatch(
    /is: last$/,
  );
});
