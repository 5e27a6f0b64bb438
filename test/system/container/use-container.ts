import { afterAll, afterEach, beforeAll, inject } from 'vitest';
import { Container } from './container.ts';

/**
 * A container for the tests of a file, with the package in /root/umlnfs.deb; what its journal says is shown when a
 * test fails. `prepare` runs once it is up.
 * @returns how tests get it
 */
export function useContainer(prepare?: (container: Container) => Promise<unknown>): () => Container {
  let container: Container | undefined;
  beforeAll(async () => {
    container = await Container.boot();
    try {
      await container.copy(inject('deb'), '/root/umlnfs.deb');
      await prepare?.(container);
    } catch (error) {
      console.error(await container.diagnosis());
      throw error;
    }
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail' && container !== undefined) console.error(await container.diagnosis());
  });
  afterAll(() => container?.stop());
  return () => {
    if (container === undefined) throw new Error('the container is not booted yet');
    return container;
  };
}

/** Installs the package as an administrator does. */
export async function install(container: Container, deb = '/root/umlnfs.deb'): Promise<string> {
  return container.exec('apt-get', 'install', '--yes', deb);
}
