import type { Client } from '../../adapters/dbus/client.ts';
import type { DaemonUnreachable } from '../../adapters/dbus/client-errors.ts';
import type { ExitReason } from '../exit-codes.ts';
import { GuestText } from '../guest-text.ts';
import { tell } from '../output.ts';
import { story } from '../show/state.ts';
import { Attachment } from './attachment.ts';
import { UserTerminal } from './terminal.ts';

/** A guest's console on the user's terminal, until Ctrl-]. */
export async function interactive(client: Client, name: string): Promise<ExitReason> {
  let leave: (reason: ExitReason) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const left = new Promise<ExitReason>((resolve, reject) => {
    leave = resolve;
    fail = reject;
  });
  left.catch(() => undefined);
  const text = new GuestText(process.stdout.isTTY ? 'screen' : 'text');
  let lost: DaemonUnreachable | undefined;
  let detached = false;

  const attachment: Attachment = new Attachment(name, {
    output(bytes) {
      if (process.stdout.write(text.push(bytes))) return;
      attachment.pause();
      process.stdout.once('drain', () => attachment.resume());
    },
    detached(status) {
      detached = true;
      if (lost !== undefined) return fail(lost);
      const why = status === undefined ? 'its definition was removed' : story(status);
      tell(
        `guest ${name} let go of its console${why === '' ? '' : ` (${why})`}; waiting for it to start again, Ctrl-] leaves`,
      );
    },
    attached() {
      detached = false;
      tell(`attached to guest ${name} again`);
    },
    lost(error) {
      if (detached) return fail(error);
      if (lost === undefined) tell(`${error.message}; the console stays until the guest ends`);
      lost = error;
    },
  });
  await attachment.open(client);
  tell(`attached to the console of guest ${name}; Ctrl-] leaves`);
  const terminal = new UserTerminal(
    (bytes) => attachment.write(bytes),
    () => leave('ok'),
  );
  try {
    return await left;
  } finally {
    attachment.close();
    await terminal.end();
    tell(`left the console of guest ${name}`);
  }
}
