/** What the CLI exits with: the one table for code, help and manual. */
export const exitCodes = {
  ok: { code: 0, doc: 'Done.' },
  failure: {
    code: 1,
    doc: 'It failed; the message on standard error says why. check: a definition has an error.',
  },
  usage: { code: 2, doc: 'The command line is wrong.' },
  notRunning: { code: 3, doc: 'status NAME: a guest that was named is not running (and ready).' },
  noSuchGuest: { code: 4, doc: 'There is no guest of that name.' },
  unreachable: { code: 5, doc: 'The daemon cannot be reached, or ended meanwhile.' },
  denied: { code: 6, doc: 'Not permitted: it is for root.' },
  timeout: { code: 7, doc: 'The time of --timeout is over. What was asked for goes on.' },
  interrupted: { code: 130, doc: 'Interrupted, by Ctrl-C for example. Nothing half-made is left.' },
} as const;

export type ExitReason = keyof typeof exitCodes;

/** `code` of a reason. */
export function exitCode(reason: ExitReason): number {
  return exitCodes[reason].code;
}
