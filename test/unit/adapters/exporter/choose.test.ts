import { describe, expect, it } from 'vitest';
import { automatic } from '../../../../src/adapters/exporter/choose.ts';
import { LateExporter } from '../../../../src/adapters/exporter/late.ts';
import { noExporter } from '../../../../src/adapters/exporter/none.ts';
import { UserError } from '../../../../src/model/error.ts';

describe('automatic', () => {
  it.each([
    [{ nfsd: true, exportfs: true, ganesha: true }, 'exportfs'],
    [{ nfsd: true, exportfs: false, ganesha: true }, 'ganesha'],
    [{ nfsd: false, exportfs: true, ganesha: true }, 'ganesha'],
    [{ nfsd: false, exportfs: true, ganesha: false }, undefined],
    [{ nfsd: true, exportfs: false, ganesha: false }, undefined],
  ] as const)('for %o is %s', (installed, choice) => {
    expect(automatic(installed)).toBe(choice);
  });
});

describe('LateExporter', () => {
  it('says what to install until a server is there, and is that server from then on', async () => {
    const problem = new UserError('export guest roots', 'no NFS server is installed', {
      hint: 'install one',
    });
    let installed = false;
    const late = new LateExporter(problem, async () => (installed ? noExporter() : problem));
    expect(await late.observe()).toMatchObject({
      running: false,
      problem: 'cannot export guest roots: no NFS server is installed; install one',
    });
    await expect(late.start()).rejects.toBe(problem);
    installed = true;
    await late.start();
    expect(late.kind).toBe('none');
    expect((await late.observe()).running).toBe(true);
  });
});
