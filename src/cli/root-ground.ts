/** What a new root is put on where the options do not say: what keeps guests apart where there are several. */
import { imagesPossible } from '../adapters/rootfs/backing/make.ts';
import { type RootPlaces, rootNames, rootPath } from '../adapters/rootfs/store.ts';
import type { Ground } from '../model/rootfs/origin.ts';
import { tell } from './output.ts';
import type { RootUse } from './rootfs-use.ts';
import { sizeText } from './show/size.ts';

const gibibyte = 1024 ** 3;

/** @param copied bytes that are copied into it, as far as they are known */
export async function groundFor(
  name: string,
  places: RootPlaces,
  { defined }: RootUse,
  copied = 0,
): Promise<Ground> {
  const others = (await rootNames(places)).some((one) => rootPath('', one) !== rootPath('', name));
  const guests = [...defined].some((one) => one !== name);
  if (!others && !guests) return { kind: 'plain' };
  const why = others ? 'there are other roots' : 'there are other guests';
  if (!(await imagesPossible())) {
    tell(`${why}, but no loop devices or no mkfs.ext4: it shares a file system with them`);
    return { kind: 'plain' };
  }
  const size = Math.max(4, Math.ceil((copied * 2) / gibibyte)) * gibibyte;
  tell(`${why}: it gets a file system of its own, of ${sizeText(size)} (--size=, or --plain for none)`);
  return { kind: 'image', bytes: size };
}
