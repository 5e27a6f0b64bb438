import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { execa } from 'execa';

const root = join(import.meta.dirname, '../..');
let compiling: Promise<string> | undefined;

/**
 * The sources as JavaScript, for what has to run in a Node process of its own; returns their directory. It lies
 * in the checkout, so that packages are found.
 */
export function compiledSources(): Promise<string> {
  compiling ??= compile();
  return compiling;
}

async function compile(): Promise<string> {
  const out = join(root, 'node_modules/.cache/umlnfs-compiled');
  // What it says about types is for `npm run check`; here only the files count.
  await execa('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', out], {
    cwd: root,
    reject: false,
  });
  await access(join(out, 'adapters/uml/runner.js'));
  for (const files of ['adapters/uml/initramfs/*.sh', 'adapters/kernels/build/*.config'])
    await execa('sh', ['-c', `cp src/${files} "$1/${dirname(files)}/"`, 'cp', out], { cwd: root });
  return out;
}
