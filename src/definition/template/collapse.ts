import type { Problem } from '../../model/problem.ts';
import { templateOf } from '../guest-name.ts';

/**
 * The problems as they are to be told: one that several instances of a template have at the same place is told once.
 * Where they differ in the instance's own values, the first is told, with the names of those that have one like it.
 */
export function collapse(problems: readonly Problem[]): Problem[] {
  const groups = new Map<string, Problem[]>();
  const seen = new Map<string, number>();
  for (const problem of problems) {
    const { severity, file, line, guest, message } = problem;
    const template = guest === undefined ? undefined : templateOf(guest);
    const place = `${severity}\0${file}\0${line ?? ''}`;
    let key = `${place}\0${guest ?? ''}\0${message}`;
    if (template !== undefined) {
      // The second problem of an instance at a place goes with the second of another.
      const own = `${place}\0${guest}`;
      const nth = seen.get(own) ?? 0;
      seen.set(own, nth + 1);
      key = `${place}\0${template}\0${nth}`;
    }
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [problem]);
    else group.push(problem);
  }
  return [...groups.values()].map(together);
}

function together(group: readonly Problem[]): Problem {
  const [first, ...others] = group as readonly [Problem, ...Problem[]];
  if (first.guest === undefined || templateOf(first.guest) === undefined) return first;
  if (others.length > 0 && others.every(({ message }) => message === first.message)) return first;
  const told = first.message.includes(first.guest) || first.file.includes(first.guest);
  if (told && others.length === 0) return first;
  const more = others.length === 0 ? '' : ` and ${others.length} more like it`;
  return { ...first, message: `${first.message} (${first.guest}${more})` };
}
