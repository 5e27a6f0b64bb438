import { expect, test } from 'vitest';
import { statusLine } from '../../../../src/adapters/systemd/guest-notify.ts';
import { guestStatus } from '../../../support/scripted-control.ts';

test('a guest that is well: state, address and health', () => {
  expect(statusLine(guestStatus('web1'))).toBe('running at 192.168.2.2; health ok');
});

test('one that waits says for what, and how often it fell', () => {
  const status = guestStatus('web1', {
    state: 'starting',
    detail: 'waiting for READY=1 from the guest',
    restarts: 2,
    lastEndReason: 'panic',
  });
  expect(statusLine(status)).toBe(
    'starting at 192.168.2.2; waiting for READY=1 from the guest; 2 restarts; last end: panic',
  );
});

test('it is one line, also where a problem has more', () => {
  const status = guestStatus('web1', { address: '', restarts: 1, problem: 'cannot x: y\nREADY=1' });
  expect(statusLine(status)).toBe('running; health ok; 1 restart; cannot x: y READY=1');
});
