import { ensureMounted } from '../../../adapters/rootfs/backing/make.ts';
import { overlayObstacle, reflinkObstacle } from '../../../adapters/rootfs/create/clone.ts';
import { type FoundRoot, findRoot, type RootPlaces, rootPath } from '../../../adapters/rootfs/store.ts';
import { makePrivateDirectory } from '../../../adapters/state/private-directory.ts';
import { UserError } from '../../../model/error.ts';
import { quote } from '../../../model/quote.ts';
import type { Ground } from '../../../model/rootfs/origin.ts';
import type { ExitReason } from '../../exit-codes.ts';
import { groundAsked } from '../../ground-options.ts';
import { tell } from '../../output.ts';
import { refuseRunning } from '../../root-in-use.ts';
import { rootPlaces } from '../../root-places.ts';
import { type RootUse, rootUse } from '../../rootfs-use.ts';
import { sizeText } from '../../show/size.ts';
import { type Invocation, UsageError } from '../../verb.ts';
import { done, making } from './create.ts';
import { noRoot } from './show.ts';

const methods = ['auto', 'reflink', 'overlay', 'copy'] as const;
type Method = (typeof methods)[number];

interface Chosen {
  readonly method: Exclude<Method, 'auto'>;
  readonly ground: Ground;
  /** For people: why, and not in a better way. */
  readonly why: string;
}

export async function clone(invocation: Invocation): Promise<ExitReason> {
  const [from = '', name = ''] = invocation.operands;
  const wanted = invocation.value('method') ?? 'auto';
  const method = methods.find((one) => one === wanted);
  if (method === undefined) throw new UsageError(`--method=${wanted}: it takes ${methods.join(', ')}`);
  const asked = groundAsked(invocation);
  if (asked?.kind === 'image' && (method === 'reflink' || method === 'overlay'))
    throw new UsageError(`--size is for copies, and a ${method} is none`);
  const use = await rootUse(invocation.value('config-dir'));
  const places = rootPlaces(invocation, use.host);
  const source = await findRoot(from, places);
  if (source === undefined) throw noRoot('clone', from, places.directory);
  const action = `clone root ${source.name} as ${quote(name).slice(1, -1)}`;
  if (source.backing !== undefined) await ensureMounted(places.images, source.backing);
  await refuseRunning(action, source.path, use);
  const chosen = await choose(action, method, asked, source, places, use);
  tell(`${chosen.method === 'overlay' ? 'an' : 'a'} ${chosen.method} of ${source.path}: ${chosen.why}`);
  const path = rootPath(places.directory, name);
  await making(action, {
    name,
    path,
    origin: { kind: 'clone', source: source.path, method: chosen.method },
    ground: chosen.ground,
    images: places.images,
  });
  return done(name, path, use);
}

async function choose(
  action: string,
  method: Method,
  asked: Ground | undefined,
  source: FoundRoot,
  { directory, images }: RootPlaces,
  use: RootUse,
): Promise<Chosen> {
  const ground = asked ?? groundLike(source);
  if (method === 'copy' || ground.kind === 'image')
    return {
      method: 'copy',
      ground,
      why:
        ground.kind === 'image' ? `in a file system of its own, of ${sizeText(ground.bytes)}` : 'all of it',
    };
  const reflink = method === 'overlay' ? 'not asked for' : await reflinkObstacle(source.path, directory);
  if (reflink === undefined)
    return { method: 'reflink', ground, why: 'both share what neither has written to since' };
  if (method === 'reflink') throw new UserError(action, reflink, { hint: 'leave out --method=reflink' });
  await makePrivateDirectory(images);
  const overlay = (await whyNotBase(source, use)) ?? (await overlayObstacle(source.path, images));
  if (overlay === undefined)
    return {
      method: 'overlay',
      ground: { kind: 'overlay', base: source.path },
      why: `it holds only what differs; ${source.name} must stay as it is, and be no guest's root`,
    };
  if (method === 'overlay') throw new UserError(action, overlay, { hint: 'leave out --method=overlay' });
  return { method: 'copy', ground, why: `no reflink, as ${reflink}; no overlay, as ${overlay}` };
}

/** A clone has what its source has: a file system of its own, as large. */
function groundLike({ kind, capacity }: FoundRoot): Ground {
  return kind === 'image' && capacity !== undefined ? { kind: 'image', bytes: capacity } : { kind: 'plain' };
}

/** What is beneath an overlay must never change. */
async function whyNotBase(source: FoundRoot, use: RootUse): Promise<string | undefined> {
  if (source.kind === 'clone') return `${source.path} is an overlay itself`;
  const [user] = await use.usersOf(source.path);
  return user === undefined ? undefined : `guest ${user.guest} writes to ${source.path}`;
}
