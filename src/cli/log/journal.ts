import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import type { ExitReason } from '../exit-codes.ts';
import type { GuestText } from '../guest-text.ts';
import { print } from '../output.ts';

export interface JournalOptions {
  readonly lines: number | undefined;
  readonly follow: boolean;
  readonly text: GuestText;
}

/** The console of a guest that systemd runs: what its unit wrote to the journal, message by message. */
export async function showJournal(
  name: string,
  { lines, follow, text }: JournalOptions,
): Promise<ExitReason> {
  const args = [
    `--unit=umlnfs@${name}.service`,
    '--output=cat',
    '--all',
    '--quiet',
    '--no-pager',
    `--lines=${lines ?? 'all'}`,
  ];
  if (follow) args.push('--follow');
  const journalctl = execa('journalctl', args, {
    reject: false,
    buffer: false,
    encoding: 'buffer',
    stderr: 'inherit',
  });
  for await (const bytes of journalctl.stdout) print(text.push(bytes as Buffer));
  print(text.end());
  const { failed, exitCode, shortMessage } = await journalctl;
  if (!failed) return 'ok';
  throw new UserError(
    `show the journal of guest ${name}`,
    exitCode === undefined
      ? (shortMessage ?? 'journalctl failed')
      : `journalctl ended with exit status ${exitCode}`,
  );
}
