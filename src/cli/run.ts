import { parseArgs } from 'node:util';
import { AccessDenied, DaemonUnreachable, NoSuchGuest } from '../adapters/dbus/client-errors.ts';
import { UserError } from '../model/error.ts';
import { version } from '../model/version.ts';
import type { ExitReason } from './exit-codes.ts';
import { findVerb } from './find-verb.ts';
import { generalHelp, groupHelp, verbHelp } from './help.ts';
import { Interrupted } from './interruptible.ts';
import { globalOptions } from './options.ts';
import { print, tell } from './output.ts';
import { type Invocation, type Option, UsageError, type Verb } from './verb.ts';
import { TimedOut } from './wait.ts';

/** Carries out a command line (without node and script), prints what it says, and tells the exit status. */
export async function run(argv: readonly string[]): Promise<ExitReason> {
  try {
    return await dispatch(argv);
  } catch (error) {
    return fail(error);
  }
}

async function dispatch(argv: readonly string[]): Promise<ExitReason> {
  const words = verbFirst(argv);
  const [first] = words;
  if (first === undefined) {
    process.stderr.write(generalHelp());
    return 'usage';
  }
  if (first.startsWith('-')) return general(argv);
  const found = findVerb(words);
  if (found.kind === 'group') {
    print(groupHelp(found.group));
    return 'ok';
  }
  const { verb } = found;
  const { values, positionals } = parse(verb, found.rest);
  if (values.help === true) {
    print(verbHelp(verb));
    return 'ok';
  }
  checkOperands(verb, positionals);
  const invocation: Invocation = {
    operands: positionals,
    flag: (name) => values[name] === true,
    value: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    values: (name) => (Array.isArray(values[name]) ? values[name].map(String) : []),
  };
  return verb.run(invocation);
}

/** `--bus` may stand before the verb as well, as options do with systemctl(1) and busctl(1). */
function verbFirst(argv: readonly string[]): readonly string[] {
  const [first = '', second = '', third = '', ...more] = argv;
  if (first === '--bus' && third !== '') return [third, first, second, ...more];
  if (first.startsWith('--bus=') && second !== '') return [second, first, ...argv.slice(2)];
  return argv;
}

function general(argv: readonly string[]): ExitReason {
  const { values, positionals } = strictly(() =>
    parseArgs({ args: [...argv], options: globalOptions, allowPositionals: true }),
  );
  if (positionals.length > 0 && !values.help)
    throw new UsageError(`options of a verb follow it: umlnfs ${positionals[0]} …`);
  print(values.version ? `umlnfs ${version}\n` : generalHelp());
  return 'ok';
}

function parse(verb: Verb, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries<Option>({ ...verb.options, help: globalOptions.help }).map(
      ([name, { type, short, many = false }]) => [
        name,
        short === undefined ? { type, multiple: many } : { type, short, multiple: many },
      ],
    ),
  );
  const { values, positionals } = strictly(() =>
    parseArgs({ args: [...args], options, allowPositionals: true }),
  );
  return { values: values as Record<string, unknown>, positionals };
}

function strictly<T>(parseThem: () => T): T {
  try {
    return parseThem();
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message.split('. ')[0]) : error;
  }
}

function checkOperands(
  { name, synopsis, operands: { min, max, kind } }: Verb,
  given: readonly string[],
): void {
  const usage = `umlnfs ${name} ${synopsis}`.trim();
  if (given.length < min) throw new UsageError(`${name} needs the name of a ${kind}: ${usage}`);
  if (given.length > max)
    throw new UsageError(`${name} does not take ${JSON.stringify(given[max])}: ${usage}`);
}

function fail(error: unknown): ExitReason {
  if (error instanceof UsageError) {
    tell(error.message);
    return 'usage';
  }
  if (!(error instanceof UserError)) {
    // A defect: its place is what helps.
    tell(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return 'failure';
  }
  tell(error.message);
  if (error.hint !== undefined) tell(`hint: ${error.hint}`);
  if (error instanceof DaemonUnreachable) return 'unreachable';
  if (error instanceof NoSuchGuest) return 'noSuchGuest';
  if (error instanceof AccessDenied) return 'denied';
  if (error instanceof Interrupted) return 'interrupted';
  return error instanceof TimedOut ? 'timeout' : 'failure';
}
