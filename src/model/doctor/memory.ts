import { type Diagnosis, failure, ok, warning } from './diagnosis.ts';

const item = 'guest memory';

/** All in bytes. */
export interface MemorySeen {
  /** Where UML puts the memory of guests: /dev/shm, mostly. */
  readonly directory: string;
  readonly tmpfs: boolean;
  readonly size: number;
  readonly noexec: boolean;
  /** Of the host, all together. */
  readonly memory: number;
  /** Memory= of each guest that the daemon would start. */
  readonly guests: readonly number[];
}

/** A guest's memory is a file that it maps executable; when the file system is full, it dies. */
export function judgeMemory(seen: MemorySeen): Diagnosis[] {
  const { directory, guests } = seen;
  const sum = guests.reduce((total, one) => total + one, 0);
  const what = guests.length === 0 ? 'no guest is defined' : `${count(guests.length)} of ${mebibytes(sum)}`;
  const found: Diagnosis[] = [];
  if (seen.noexec) {
    found.push(
      failure(
        item,
        `${directory}, where the memory of guests lies, is mounted noexec`,
        `mount -o remount,exec ${directory}`,
      ),
    );
  }
  if (sum > seen.size) {
    found.push(
      warning(
        item,
        `${what} do not fit into ${directory} (${mebibytes(seen.size)}): when it is full, guests die`,
        seen.tmpfs
          ? `mount -o remount,size=${Math.ceil((sum * 1.1) / mib)}M ${directory}`
          : `make room in ${directory}`,
      ),
    );
  }
  if (sum > seen.memory) {
    found.push(
      warning(
        item,
        `${what} are more than this host has (${mebibytes(seen.memory)})`,
        'make Memory= smaller, or run fewer guests',
      ),
    );
  }
  if (found.length > 0) return found;
  return [ok(item, `${what}; ${directory} has ${mebibytes(seen.size)}`)];
}

const mib = 1024 * 1024;

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / mib)} MiB`;
}

function count(guests: number): string {
  return guests === 1 ? '1 guest' : `${guests} guests`;
}
