import { messageOf } from '../../model/error.ts';
import { isPlain, quote } from '../../model/quote.ts';
import type { FileProblems } from '../file-problems.ts';
import { ValueError } from '../key.ts';
import type { Entry } from '../scan.ts';

/** What stands for an instance's name in a template, as in systemd.unit(5). */
export const specifiers: readonly (readonly [specifier: string, doc: string])[] = [
  ['%i', 'The instance: 01 of lab:01.'],
  ['%p', 'The prefix, the name of the template: lab.'],
  [
    '%n',
    'The name of the guest: lab:01. It has a colon, which paths and host names cannot have: write %p-%i there.',
  ],
  ['%%', 'A per cent sign.'],
];

/**
 * The value with each specifier replaced. What they stand for are letters, digits and `. _ - :`, so that one word
 * stays one; the value is read by the rules of its key after that.
 *
 * @throws ValueError for a specifier that does not exist
 */
export function expandSpecifiers(value: string, guest: string): string {
  const [prefix = '', instance = ''] = guest.split(':');
  return value.replace(/%(.?)/gsu, (written, letter: string) => {
    switch (letter) {
      case 'i':
        return instance;
      case 'p':
        return prefix;
      case 'n':
        return guest;
      case '%':
        return '%';
      default: {
        const known = specifiers.map(([specifier]) => specifier).join(', ');
        throw new ValueError(
          `"${/^%[!-~]$/.test(written) ? written : '%'}" is none of ${known}; write %% for a per cent sign`,
        );
      }
    }
  });
}

/** Whether the value is another one for each instance. */
export function tellsInstancesApart(value: string): boolean {
  return /%[in]/.test(value.replaceAll('%%', ''));
}

/** The entries of a file for one instance; those that cannot be expanded are left out. */
export function expandEntries(entries: readonly Entry[], guest: string, problems: FileProblems): Entry[] {
  const expanded: Entry[] = [];
  for (const entry of entries) {
    const { key, value, line } = entry;
    if (problems.giveUpAt(line)) break;
    try {
      expanded.push({ ...entry, value: expandSpecifiers(value, guest) });
    } catch (error) {
      if (!(error instanceof ValueError)) throw error;
      problems.error(line, `cannot use ${isPlain(key) ? key : quote(key)}=: ${messageOf(error)}`);
    }
  }
  return expanded;
}
