/**
 * Writes the manual and the completions: `node dist/manual/main.js DIRECTORY` makes DIRECTORY/man and
 * DIRECTORY/completions. They are made by the build and not kept in the repository: what is made from the code's own
 * tables and kept beside them is sooner or later a version behind.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bashCompletion } from '../completion/bash.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { page, pageNames } from './pages.ts';

const templates = join(import.meta.dirname, '../../docs/man');
const [out = join(import.meta.dirname, '..')] = process.argv.slice(2);

function write(directory: string, name: string, text: string): void {
  mkdirSync(join(out, directory), { recursive: true });
  writeFileSync(join(out, directory, name), text);
}

for (const name of pageNames) write('man', name, page(readFileSync(join(templates, `${name}.in`), 'utf8')));
// The names under which the shells look for them.
write('completions/bash', 'umlnfs', bashCompletion());
write('completions/zsh', '_umlnfs', zshCompletion());
