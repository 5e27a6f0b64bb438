import { resolve } from 'node:path';
import type { RootPlaces } from '../adapters/rootfs/store.ts';
import type { Host } from '../definition/guest.ts';
import { imagesIn } from '../model/rootfs/backing.ts';
import type { Invocation } from './verb.ts';

/** Where roots are: as --directory= says, else as the host file does. */
export function rootPlaces(invocation: Invocation, { directories }: Host): RootPlaces {
  const given = invocation.value('directory');
  return {
    directory: given === undefined ? directories.export : resolve(given),
    images: imagesIn(directories.state),
  };
}
