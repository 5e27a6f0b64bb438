/** What tailoring would change, as a unified diff in the form that git apply and patch -p1 take. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { UserError } from '../../model/error.ts';
import type { Change } from './tailor.ts';

/** Where password hashes are: a diff goes to screens and logs. */
const secret = new Set(['etc/shadow', 'etc/gshadow']);

export async function changesAsDiff(changes: readonly Change[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'umlnfs-diff-'));
  try {
    const parts: string[] = [];
    for (const change of changes) parts.push(await part(directory, change));
    return parts.join('');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function part(directory: string, change: Change): Promise<string> {
  const { path, what, text, target } = change;
  const header = `diff --git a/${path} b/${path}\n`;
  if (target !== undefined) {
    const lines = `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${shown(target)}\n\\ No newline at end of file\n`;
    return `${header}new file mode 120000\n${lines}`;
  }
  if (text === undefined) return `# ${path}: ${what}\n`;
  if (secret.has(path)) return `# ${path}: ${what} (not shown, it has passwords)\n`;
  if (text.before === text.after) return `# ${path}: make it executable\n`;
  const isNew = text.before === undefined;
  const mode = isNew ? `new file mode 100${(change.mode ?? 0o644).toString(8)}\n` : '';
  return `${header}${mode}${shown(await unified(directory, path, text))}`;
}

async function unified(
  directory: string,
  path: string,
  { before, after }: { readonly before: string | undefined; readonly after: string },
): Promise<string> {
  const [old, made] = [join(directory, 'old'), join(directory, 'new')];
  await writeFile(old, before ?? '', { mode: 0o600 });
  await writeFile(made, after, { mode: 0o600 });
  const labels = [before === undefined ? '/dev/null' : `a/${path}`, `b/${path}`];
  const { stdout, exitCode, stderr } = await execa(
    'diff',
    ['--unified', '--text', ...labels.map((label) => `--label=${label}`), '--', old, made],
    { reject: false, stripFinalNewline: false, env: { LC_ALL: 'C' } },
  );
  if (exitCode === 1) return stdout;
  throw new UserError(
    `show how ${path} changes`,
    stderr.trim() === '' ? 'diff does not run' : stderr.trim(),
    {
      hint: 'apt install diffutils',
    },
  );
}

/** The old text is the guest's: nothing of it may reach a terminal but lines. */
function shown(text: string): string {
  return text.replace(/[^\P{C}\n\t]|[\p{Zl}\p{Zp}]/gu, '\ufffd');
}
