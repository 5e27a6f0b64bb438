import type { Guest } from '../definition/guest.ts';

/**
 * The options of nfsroot= in the kernel's own words, version and protocol first. Without Version= there is no
 * `vers=`: which one is best depends on the server. All of them together are less than the 256 bytes that the
 * kernel keeps for them.
 */
export function nfsOptions(root: Guest['root']): string[] {
  const options: string[] = [];
  const value = (name: string, given: number | string | undefined) => {
    if (given !== undefined) options.push(`${name}=${given}`);
  };
  const flag = (yes: string, given: boolean | undefined, no = `no${yes}`) => {
    if (given !== undefined) options.push(given ? yes : no);
  };
  value('vers', root.version);
  value('proto', root.protocol);
  value('port', root.port);
  value('rsize', root.rsize);
  value('wsize', root.wsize);
  value('timeo', root.timeo);
  value('retrans', root.retrans);
  value('acregmin', root.acregmin);
  value('acregmax', root.acregmax);
  value('acdirmin', root.acdirmin);
  value('acdirmax', root.acdirmax);
  flag('hard', root.hard, 'soft');
  flag('intr', root.intr);
  flag('posix', root.posix);
  flag('cto', root.cto);
  flag('ac', root.ac);
  value('nconnect', root.nconnect);
  // A lock daemon would have to run before the root that it comes from is mounted.
  flag('lock', root.lock ?? (root.version === '3' ? false : undefined));
  return options;
}
