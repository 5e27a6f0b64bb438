import { expect, test } from 'vitest';
import { NotifyQueue } from '../../../../src/adapters/uml/notify-queue.ts';

const user = (text: string) => ({ type: 'user', text }) as const;
const chatter = (index: number) => user(`word ${index}`);
const status = (index: number) => user(`STATUS=${index}\n`);

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

test('of what only tells how the guest is the newest is kept, and the last word is the last', () => {
  const queue = new NotifyQueue();
  queue.add(status(1));
  queue.add(user('READY=1\nSTATUS=2\n'));
  queue.add(status(3));
  expect(queue.take()).toEqual({ messages: [user('READY=1\nSTATUS=2\n'), status(3)], dropped: 0 });
  queue.add(status(4));
  queue.add(user('READY=1\nSTATUS=5\n'));
  expect(queue.take().messages).toEqual([status(4), user('READY=1\nSTATUS=5\n')]);
});

test('a flood of how the guest is leaves what decides, the newest, and a count', () => {
  const queue = new NotifyQueue();
  for (let index = 0; index < 100_000; index += 1) {
    queue.add(status(index));
    if (index === 50_000) for (const text of ['READY=1\n', 'a word']) queue.add(user(text));
    if (index === 60_000) queue.add({ type: 'panic', text: 'it panics' });
  }
  const { messages, dropped } = queue.take();
  expect(messages).toEqual([user('READY=1\n'), { type: 'panic', text: 'it panics' }, status(99_999)]);
  expect(dropped).toBeGreaterThan(99_000);
  expect(queue.empty).toBe(true);
});

test('how the guest is gets through a flood of other words', () => {
  const queue = flooded();
  queue.add(status(1));
  queue.add(status(2));
  expect(queue.take().messages.slice(32)).toEqual([status(2)]);
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
