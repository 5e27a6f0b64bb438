import { messageOf, UserError } from '../../model/error.ts';
import { connect } from '../connect.ts';
import type { ExitReason } from '../exit-codes.ts';
import { GuestText } from '../guest-text.ts';
import { followLog } from '../log/follow.ts';
import { showJournal } from '../log/journal.ts';
import { readLog } from '../log/read.ts';
import { coloured, print, tell } from '../output.ts';
import { type Invocation, UsageError } from '../verb.ts';

export async function logs(invocation: Invocation): Promise<ExitReason> {
  const [name = ''] = invocation.operands;
  const count = invocation.value('lines');
  if (count !== undefined && !/^\d{1,9}$/.test(count))
    throw new UsageError(`--lines=${count}: it takes a number of lines`);
  const lines = count === undefined ? undefined : Number(count);
  const client = await connect(invocation);
  const { log } = await client.guest(name).finally(() => client.close());
  const allowed = coloured() ? 'colour' : 'text';
  let text = new GuestText(allowed);
  if (log === '') return showJournal(name, { lines, follow: invocation.flag('follow'), text });
  try {
    if (!invocation.flag('follow')) {
      for await (const bytes of readLog(log, lines)) print(text.push(bytes));
    } else {
      for await (const piece of followLog(log, lines)) {
        if (piece.kind === 'bytes') {
          print(text.push(piece.bytes));
          continue;
        }
        print(text.end());
        text = new GuestText(allowed);
        if (piece.kind === 'restart') tell(`guest ${name} was started again; this is its new log`);
      }
    }
  } catch (error) {
    throw logError(name, log, error);
  }
  print(text.end());
  return 'ok';
}

function logError(name: string, log: string, error: unknown): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOENT')
    return new UserError(`show the console log of guest ${name}`, `there is no ${log} yet`, {
      hint: `start the guest with umlnfs start ${name}, or wait for it with --follow`,
    });
  const hint = code === 'EACCES' ? { hint: 'it is for root; use sudo' } : {};
  return new UserError(`show the console log of guest ${name}`, messageOf(error), { ...hint, cause: error });
}
