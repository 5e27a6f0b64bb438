/** What disks have to be: files of this host that no guest can put something else in the place of. */
import type { Guest, Host } from '../definition/guest.ts';
import type { Candidate } from './conflicts.ts';
import type { GuestWanted } from './desired.ts';
import { type Finding, problemOf } from './finding.ts';
import type { Problem } from './problem.ts';
import { overlap } from './root-rules.ts';

/** UML numbers its disks from a to p. */
const most = 16;

export function diskFindings(host: Host, guest: Guest, wanted: GuestWanted): Finding[] {
  const { runtime, cache, log } = host.directories;
  const findings: Finding[] = rootDiskFindings(guest);
  const refuse = (message: string) =>
    findings.push({ key: 'guest.disks', severity: 'error', message: `cannot use Disks=${message}` });
  if (wanted.disks.length > most) refuse(`: ${wanted.disks.length} disks, and a kernel takes ${most}`);
  const paths = new Set<string>();
  const directories = new Set<string>();
  for (const { path, directory } of wanted.disks) {
    if (paths.has(path)) refuse(`${path}: it is named twice`);
    paths.add(path);
    const own = [runtime, cache, log].find((each) => overlap(each, path));
    if (own !== undefined) refuse(`${path}: the files of umlnfs are in ${own}`);
    if (directory === undefined) continue;
    if (directories.has(directory)) refuse(`${path}:${directory}: another disk is mounted there`);
    directories.add(directory);
    if (guest.root.tailor === false || !wanted.root.local) {
      refuse(
        `${path}:${directory}: umlnfs does not tailor this root; mount the disk in its own fstab, and write the path alone`,
      );
    }
  }
  return findings;
}

/** A root is in one place. */
function rootDiskFindings({ root }: Guest): Finding[] {
  if (root.disk === undefined) return [];
  const others = [
    ['Server', root.server],
    ['ServerGuest', root.serverGuest],
    ['Directory', root.directory],
    ['Clone', root.clone],
  ] as const;
  return others.flatMap(([name, value]): Finding[] => {
    if (value === undefined) return [];
    const message = `cannot use Disk=${root.disk}: ${name}=${value} says that the root is on NFS; write one of them`;
    return [{ key: 'root.disk', severity: 'error', message }];
  });
}

/** A guest is root in its root, and could put a link there. */
export function disksInRoots(host: Host, candidates: readonly Candidate[]): Map<Candidate, Problem[]> {
  const roots = [
    host.directories.export,
    ...candidates.filter(({ wanted }) => wanted.root.local).map(({ wanted }) => wanted.root.directory),
  ];
  const refused = new Map<Candidate, Problem[]>();
  for (const candidate of candidates) {
    const problems = candidate.wanted.disks.flatMap(({ path }) => {
      const root = roots.find((each) => overlap(each, path));
      if (root === undefined) return [];
      const message = `cannot use Disks=${path}: guests can change what is in ${root}; keep the image elsewhere, such as in /var/lib/umlnfs/disks`;
      return [problemOf(candidate.guest, { key: 'guest.disks', severity: 'error', message })];
    });
    if (problems.length > 0) refused.set(candidate, problems);
  }
  return refused;
}
