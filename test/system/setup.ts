import type { TestProject } from 'vitest/node';
import { debianPackage } from '../support/deb.ts';
import { removeTree, runDirectory } from '../support/test-cache.ts';
import { hostTree } from './container/base.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The Debian package of this checkout. */
    deb: string;
  }
}

/** The tree that containers boot, and the package that is tried in them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  if (process.getuid?.() !== 0) {
    throw new Error(
      'cannot run the system tests: they boot a container, and that takes root; run this with sudo',
    );
  }
  await hostTree();
  const directory = await runDirectory();
  project.provide('deb', await debianPackage(directory));
  return () => removeTree(directory);
}
