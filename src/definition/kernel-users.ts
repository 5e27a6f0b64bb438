import { scan } from './scan.ts';
import type { Loaded, Origin } from './source.ts';
import { kernelBinary } from './value-types/kernel.ts';

export interface KernelNamed extends Origin {
  /** The binary, as `Kernel=` says it. */
  readonly path: string;
}

/**
 * Every place where a definition names a kernel, whatever else is wrong with it, and even where a drop-in says
 * otherwise: what stands there may be in force tomorrow.
 */
export function kernelsNamed(loaded: Loaded): KernelNamed[] {
  const guests = [...loaded.guests.values(), ...(loaded.templates ?? [])].flatMap(({ files }) => files);
  const files = loaded.host === undefined ? guests : [loaded.host, ...guests];
  // Those of a template are the files of each of its instances.
  return [...new Map(files.map((file) => [file.path, file])).values()].flatMap(({ path: file, text }) =>
    scan(text).entries.flatMap(({ section, key, value, line }) => {
      if (section !== 'Guest' || key !== 'Kernel') return [];
      try {
        return [{ path: kernelBinary.parse(value), file, line }];
      } catch {
        return [];
      }
    }),
  );
}
