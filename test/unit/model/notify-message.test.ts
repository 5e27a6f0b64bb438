import { expect, test } from 'vitest';
import { parseGuestMessage } from '../../../src/model/notify-message.ts';

test.each(['READY=1', 'READY=1\n', 'STATUS=up\nREADY=1\n', 'X=1\r\nREADY=1\r\n'])('%j is ready', (text) => {
  expect(parseGuestMessage(text).ready).toBe(true);
});

test.each(['', 'READY=0', 'READY=11', ' READY=1', 'XREADY=1', 'ready=1', 'STATUS=READY=1'])(
  '%j is not',
  (text) => {
    expect(parseGuestMessage(text).ready).toBe(false);
  },
);

test('the last status is kept, in one clean and bounded line', () => {
  expect(parseGuestMessage('STATUS=one\nSTATUS=\u001b[1mtwo\u001b[0m').status).toBe('two');
  expect(parseGuestMessage(`STATUS=${'x'.repeat(600)}`).status).toHaveLength(200);
  expect(parseGuestMessage('STATUS=').status).toBe('');
  expect(parseGuestMessage('READY=1').status).toBeUndefined();
});
