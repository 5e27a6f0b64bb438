import type { ValueType } from '../key.ts';
import { absolutePath } from './path.ts';
import { refuse } from './refuse.ts';

/** An image on this host, and where the guest mounts it. */
export interface Disk {
  readonly path: string;
  readonly directory: string | undefined;
}

/** A comma and a second colon would begin more of UML's own syntax; a path has neither. */
export const disk: ValueType<Disk> = {
  name: 'disk',
  syntax: 'the absolute path of an image, and after a colon the directory at which the guest mounts it',
  parse(text) {
    const [path = '', directory, ...more] = text.split(':');
    if (more.length > 0) return refuse(text, this.syntax);
    const mounted = directory === undefined ? undefined : absolutePath.parse(directory);
    if (mounted === '/') return refuse(text, this.syntax, "the guest's root is elsewhere");
    return { path: absolutePath.parse(path), directory: mounted };
  },
  format: ({ path, directory }) => (directory === undefined ? path : `${path}:${directory}`),
};
