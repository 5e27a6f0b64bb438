import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, serve } from '../../../src/adapters/dbus/service/serve.ts';
import { bashCompletion } from '../../../src/completion/bash.ts';
import { zshCompletion } from '../../../src/completion/zsh.ts';
import { startTestBus, type TestBus } from '../../support/dbus-daemon.ts';
import { guestStatus, ScriptedControl } from '../../support/scripted-control.ts';

let bus: TestBus;
let service: Service;
let directory: string;

beforeAll(async () => {
  bus = await startTestBus();
  const control = new ScriptedControl(
    guestStatus('web1'),
    guestStatus('web2'),
    guestStatus('db.main'),
    guestStatus('lab:01'),
    guestStatus('lab:02'),
  );
  service = await serve(control, { address: bus.address });
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-completion-'));
  await writeFile(join(directory, 'umlnfs'), bashCompletion());
  await writeFile(join(directory, '_umlnfs'), zshCompletion());
  await writeFile(join(directory, 'web1.conf'), '');
});

afterAll(async () => {
  await service.close();
  await bus.remove();
  await rm(directory, { recursive: true });
});

/** What readline would offer for a line up to the cursor: its words are parted as bash parts them. */
async function bash(line: string, env: Record<string, string> = {}): Promise<string[]> {
  const script = `
    source "$1/umlnfs"
    compopt() { :; }
    COMP_LINE=$2 COMP_POINT=\${#2}
    mapfile -t COMP_WORDS < <(printf '%s\\n' "$2" | grep -oE '[^[:space:]=:]+|[=:]')
    [[ $2 != *' ' ]] || COMP_WORDS+=('')
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    $(complete -p umlnfs | sed 's/^complete -F \\([^ ]*\\) umlnfs$/\\1/')
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout } = await execa('bash', ['--norc', '-c', script, 'bash', directory, line], {
    cwd: directory,
    env: { UMLNFS_BUS: bus.address, ...env },
  });
  return stdout === '' ? [] : stdout.split('\n');
}

test.each([
  ['umlnfs sta', ['status', 'start']],
  ['umlnfs --v', ['--version']],
  ['umlnfs help re', ['restart', 'reset', 'reload']],
  ['umlnfs status --', ['--json', '--watch', '--bus=', '--help']],
  ['umlnfs logs -', ['-f', '--follow', '-n', '--lines=', '--bus=', '--help']],
  ['umlnfs start web', ['web1', 'web2']],
  ['umlnfs start l', ['lab:01', 'lab:02']],
  ['umlnfs stop web1 lab:', ['01', '02']],
  ['umlnfs logs lab:02', ['02']],
  ['umlnfs logs web1:', []],
  ['umlnfs restart web1 d', ['db.main']],
  ['umlnfs start --no-wait web1 web2', ['web2']],
  ['umlnfs check web', ['web1.conf']],
  ['umlnfs logs -n ', []],
  ['umlnfs start --timeout=', []],
  ['umlnfs plan web', ['web1', 'web2']],
  ['umlnfs reload ', []],
  ['umlnfs nonsense ', []],
  ['umlnfs ker', ['kernel']],
  ['umlnfs kernel c', ['check']],
  ['umlnfs kernel check --', ['--json', '--help']],
  ['umlnfs kernel check web', ['web1.conf']],
  ['umlnfs kernel nonsense ', []],
  ['umlnfs help kernel c', ['check']],
  ['umlnfs roo', ['rootfs']],
  ['umlnfs rootfs cr', ['create']],
])('bash: %s', async (line, expected) => {
  expect(await bash(line)).toEqual(expected);
});

test('bash asks the bus that the command line names', async () => {
  const env = { UMLNFS_BUS: 'unix:path=/nonexistent' };
  expect(await bash(`umlnfs start --bus=${bus.address} web`, env)).toEqual(['web1', 'web2']);
  expect(await bash(`umlnfs start --bus ${bus.address} web`, env)).toEqual(['web1', 'web2']);
});

test('without a daemon the names come from the definitions, and nothing in them is run', async () => {
  // The tests run on an /etc of their own.
  await mkdir('/etc/umlnfs.d');
  try {
    for (const name of ['web9', '$(touch run)', '`touch run`', '-x', 'a b', '.hidden'])
      await writeFile(`/etc/umlnfs.d/${name}.conf`, '');
    const env = { UMLNFS_BUS: 'unix:path=/nonexistent' };
    expect(await bash('umlnfs start ', env)).toEqual(['web9']);
    expect(await readdir(directory)).not.toContain('run');
  } finally {
    await rm('/etc/umlnfs.d', { recursive: true });
  }
});

/** What zsh writes for a line and a Tab, on a terminal of its own. */
async function zsh(line: string): Promise<string> {
  const script = `
    zmodload zsh/zpty
    zpty shell 'zsh -f -i'
    zpty -w shell "cd $1; PS1= RPS1= TERM=dumb; fpath=($1 $fpath); autoload -Uz compinit; compinit -u -D -d $1/dump"
    zpty -w shell "zstyle ':completion:*' list-separator --; setopt no_beep auto_list; LISTMAX=200; print read''y"
    zpty -r shell out '*ready*'
    zpty -n -w shell "$2"$'\t'
    zpty -r -m shell shown "*$3*"
    print -r -- $shown
    zpty -d shell`;
  const [typed, wanted = ''] = line.split(' => ');
  const { stdout } = await execa('zsh', ['-f', '-c', script, 'zsh', directory, typed ?? '', wanted], {
    env: { UMLNFS_BUS: bus.address },
    timeout: 10_000,
  });
  return stdout;
}

test.each([
  'umlnfs rel => reload',
  'umlnfs start web => web1*web2',
  'umlnfs start d => db.main',
  'umlnfs logs --fo => --follow',
  'umlnfs start --no => --no-wait',
  'umlnfs help sta => start*status',
  'umlnfs ker => kernel',
  'umlnfs kernel ch => check',
  'umlnfs kernel check --js => --json',
  'umlnfs help kernel ch => check',
])('zsh: %s', async (line) => {
  // Ends when zsh has shown it, and fails at the time limit when it does not.
  await zsh(line);
});

test('roots are offered from where the host file says that they are', async () => {
  await mkdir(join(directory, 'export/shown-root'), { recursive: true });
  await writeFile('/etc/umlnfs.conf', `[Directories]\nExport = ${directory}/export\n`);
  try {
    expect(await bash('umlnfs rootfs show sho')).toEqual(['shown-root']);
    await zsh('umlnfs rootfs remove sho => shown-root');
  } finally {
    await rm('/etc/umlnfs.conf');
  }
});

test('the completion is there when bash loads it on demand', async () => {
  const { stdout } = await execa('bash', [
    '--norc',
    '-c',
    'source "$1/umlnfs"; complete -p umlnfs',
    'bash',
    directory,
  ]);
  expect(stdout).toBe('complete -F _umlnfs umlnfs');
});
