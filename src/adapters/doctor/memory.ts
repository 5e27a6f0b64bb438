import { realpath, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { MemorySeen } from '../../model/doctor/memory.ts';
import { memoryDirectory } from '../uml/memory-file.ts';
import { mountOf } from './mount.ts';

/** @param guests the memory of each in bytes */
export async function readMemory(guests: readonly number[], places?: readonly string[]): Promise<MemorySeen> {
  const directory = (await memoryDirectory(places)) ?? '/dev/shm';
  const { blocks, bsize } = await statfs(directory);
  const mount = await mountOf(await realpath(directory));
  return {
    directory,
    tmpfs: mount?.type === 'tmpfs',
    size: blocks * bsize,
    noexec: mount?.options.includes('noexec') === true,
    memory: totalmem(),
    guests,
  };
}
