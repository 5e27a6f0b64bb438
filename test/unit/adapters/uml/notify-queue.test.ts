import { expect, test } from 'vitest';
import { NotifyQueue } from '../../../../src/adapters/uml/notify-queue.ts';

const chatter = (index: number) => ({ type: 'user', text: `STATUS=${index}` }) as const;

function flooded(): NotifyQueue {
  const queue = new NotifyQueue();
  for (let index = 0; index < 100_000; index += 1) queue.add(chatter(index));
  return queue;
}

test('messages come out once, in their order', () => {
  const queue = new NotifyQueue();
  queue.add({ type: 'socket', text: '/s' });
  queue.add(chatter(1));
  expect(queue.take()).toEqual({ messages: [{ type: 'socket', text: '/s' }, chatter(1)], dropped: 0 });
  expect(queue.empty).toBe(true);
  expect(queue.take().messages).toEqual([]);
});

test('of a flood the first messages are kept, and the rest is counted', () => {
  const { messages, dropped } = flooded().take();
  expect(messages).toHaveLength(32);
  expect(messages[0]).toEqual(chatter(0));
  expect(dropped).toBe(100_000 - 32);
});

test('what decides something gets through a flood, but only once for each kind', () => {
  const queue = flooded();
  for (const type of ['panic', 'hang', 'socket'] as const) {
    queue.add({ type, text: 'older' });
    queue.add({ type, text: 'newest' });
  }
  queue.add({ type: 'user', text: 'READY=1\n' });
  const { messages } = queue.take();
  expect(messages.slice(32)).toEqual([
    { type: 'panic', text: 'newest' },
    { type: 'hang', text: 'newest' },
    { type: 'socket', text: 'newest' },
    { type: 'user', text: 'READY=1\n' },
  ]);
});
