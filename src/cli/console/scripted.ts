import type { Client } from '../../adapters/dbus/client.ts';
import { UserError } from '../../model/error.ts';
import type { ExitReason } from '../exit-codes.ts';
import { GuestText } from '../guest-text.ts';
import { print } from '../output.ts';
import { story } from '../show/state.ts';
import { Attachment } from './attachment.ts';

/**
 * Standard input to a guest's console and its output to standard output, until the input has ended and nothing
 * came for `idle` milliseconds. Rejects with UserError when the guest ends before.
 */
export async function scripted(client: Client, name: string, idle: number): Promise<ExitReason> {
  const text = new GuestText('text');
  let inputEnded = false;
  let timer: NodeJS.Timeout | undefined;
  let done: () => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  finished.catch(() => undefined);
  const quiet = () => {
    clearTimeout(timer);
    if (inputEnded) timer = setTimeout(done, idle);
  };

  const attachment = new Attachment(name, {
    output(bytes) {
      print(text.push(bytes));
      quiet();
    },
    detached(status) {
      const why = status === undefined ? 'it was removed' : story(status) || 'it let go of its console';
      fail(new UserError(`stay on the console of guest ${name}`, why));
    },
    attached: () => undefined,
    // The console does not need the daemon.
    lost: () => undefined,
  });
  await attachment.open(client);
  const feed = async () => {
    for await (const bytes of process.stdin) {
      attachment.write(bytes as Buffer);
      await attachment.drained();
    }
    inputEnded = true;
    quiet();
  };
  feed().catch(fail);
  try {
    await finished;
    print(text.end());
    return 'ok';
  } finally {
    clearTimeout(timer);
    attachment.close();
    process.stdin.destroy();
  }
}
