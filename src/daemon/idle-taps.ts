import type { TapSeen } from '../model/observed.ts';

interface Links {
  readonly taps: ReadonlyMap<string, TapSeen>;
}

/**
 * Links that also tell since when (ms by `clock`) nobody holds a tap open: the kernel tells only that nobody does.
 */
export function withIdleTimes<Seen extends Links>(
  read: () => Promise<Seen>,
  clock: () => number,
): () => Promise<Seen> {
  let before = new Map<string, number>();
  return async () => {
    const links = await read();
    const idle = new Map<string, number>();
    const taps = new Map<string, TapSeen>();
    for (const [name, tap] of links.taps) {
      if (tap.carrier) {
        taps.set(name, tap);
        continue;
      }
      const idleSince = before.get(name) ?? clock();
      idle.set(name, idleSince);
      taps.set(name, { ...tap, idleSince });
    }
    before = idle;
    return { ...links, taps };
  };
}
