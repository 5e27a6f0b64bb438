import { UserError } from '../../model/error.ts';

/** COMMAND_LINE_SIZE of ARCH=um, with the terminating NUL; a longer one makes UML exit at once. */
const commandLineSize = 4096;
/** sun_path of a Unix socket address, without the terminating NUL. */
const socketPathLength = 107;
/** CONFIG_INIT_ENV_ARG_LIMIT is 32; some are ours or the kernel's own. More than that make the kernel panic. */
const passedToInit = 16;

/** UML joins its arguments with spaces, so white space in one would make two of it. */
const unsafe = /[\s\p{Cc}]/u;

/** Throws UserError where the kernel would misread the arguments or refuse them. */
export function checkArguments(action: string, args: readonly string[], given: readonly string[]): void {
  for (const arg of args) {
    if (arg === '' || unsafe.test(arg)) {
      throw new UserError(
        action,
        `kernel argument ${JSON.stringify(arg)} is empty or has white space in it`,
        {
          hint: 'write it without spaces, tabs and control characters',
        },
      );
    }
  }
  const unknown = given.filter((arg) => !keyOf(arg).includes('.'));
  if (unknown.length > passedToInit) {
    throw new UserError(
      action,
      `Arguments= has ${unknown.length} words, and the kernel passes at most ${passedToInit} on to init`,
      { hint: 'shorten Arguments=' },
    );
  }
  const length = Buffer.byteLength(args.join(' '));
  if (length >= commandLineSize) {
    throw new UserError(
      action,
      `its kernel command line is ${length} bytes long, and a UML kernel takes at most ${commandLineSize - 1}`,
      { hint: 'shorten Arguments= or the directory names' },
    );
  }
}

/** Throws UserError where a guest's argument says what another one of the command line says already. */
export function checkNotRepeated(action: string, given: readonly string[], own: readonly string[]): void {
  const taken = new Set([...own.map(keyOf), 'ro', 'rw']);
  const again = given.find((arg) => taken.has(keyOf(arg)));
  if (again !== undefined) {
    throw new UserError(action, `Arguments= has ${again}, and umlnfs sets ${keyOf(again)} itself`, {
      hint: 'use the key of the definition for it',
    });
  }
}

/** What an argument is about: the text before `=` or, as in `vec0:…`, before `:`; `-` and `_` are the same. */
function keyOf(arg: string): string {
  return (/^[^=:]+/.exec(arg)?.[0] ?? arg).replaceAll('-', '_');
}

/** Throws UserError where a socket's path would be cut off (or written past its buffer) by the kernel. */
export function checkSocketPath(action: string, path: string): void {
  const length = Buffer.byteLength(path);
  if (length > socketPathLength) {
    throw new UserError(
      action,
      `the socket path ${path} has ${length} bytes, and ${socketPathLength} are possible`,
      {
        hint: 'choose a shorter Runtime= directory in the host file, or a shorter guest name',
      },
    );
  }
}
