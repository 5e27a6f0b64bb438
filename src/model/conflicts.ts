/** What only one guest can have. */
import type { Guest } from '../definition/guest.ts';
import type { Network } from '../definition/network.ts';
import type { GuestWanted } from './desired.ts';
import { type Finding, problemOf } from './finding.ts';
import type { Problem } from './problem.ts';
import { overlap } from './root-rules.ts';

/** A guest that is right by itself. */
export interface Candidate {
  readonly guest: Guest;
  readonly wanted: GuestWanted;
  readonly network: Network;
  readonly uid: number;
}

interface Claim {
  readonly key: string;
  /** As the user would write it. */
  readonly name: string;
  readonly value: string;
  /** Within which there can be one; everywhere by default. */
  readonly scope?: string;
  /** What to do about it. */
  readonly hint: string;
}

function claimsOf({ wanted, uid, network }: Candidate): Claim[] {
  const { address, mac, tap } = wanted.network;
  const claims: Claim[] = [
    {
      key: 'guest.hostname',
      name: 'Hostname',
      value: wanted.hostname,
      // Names in other domains are other names. RFC 4343: capitals make none.
      scope: `${wanted.hostname}.${network.bridge.domain}`.toLowerCase(),
      hint: 'write another one: who asks for it would reach either',
    },
    {
      key: 'network.mac',
      name: 'MACAddress',
      value: mac,
      hint: 'write another one, or leave it out for one of its own',
    },
    { key: 'network.tap', name: 'Tap', value: tap, hint: 'write another one' },
    {
      key: 'guest.user',
      name: 'User',
      value: String(uid),
      hint: 'write another one: guests of one user could stop each other',
    },
  ];
  for (const { path } of wanted.disks) {
    claims.push({
      key: 'guest.disks',
      name: 'Disks',
      value: path,
      hint: 'two kernels on one disk destroy what is on it',
    });
  }
  if (address === undefined) return claims;
  return [{ key: 'guest.address', name: 'Address', value: address, hint: 'write another one' }, ...claims];
}

function placeOf({ name, value, scope }: Claim): string {
  return `${name} ${scope ?? value}`;
}

/**
 * Those that can be together. The first of two that claim the same wins, so put those that run already in front.
 */
export function withoutConflicts(candidates: readonly Candidate[]): {
  kept: Candidate[];
  problems: Problem[];
} {
  const owners = new Map<string, Candidate>();
  const kept: Candidate[] = [];
  const problems: Problem[] = [];
  for (const candidate of candidates) {
    const claims = claimsOf(candidate);
    const findings = claims.flatMap((claim): Finding[] => {
      const owner = owners.get(placeOf(claim));
      if (owner === undefined) return [];
      const origin = owner.guest.origins?.get(claim.key);
      const place = origin === undefined ? owner.guest.file : `${origin.file}:${origin.line}`;
      const message = `cannot use ${claim.name}=${claim.value}: guest ${owner.guest.name} has it (${place}); ${claim.hint}`;
      return [{ key: claim.key, severity: 'error', message }];
    });
    problems.push(...findings.map((finding) => problemOf(candidate.guest, finding)));
    if (findings.length > 0) continue;
    for (const claim of claims) owners.set(placeOf(claim), candidate);
    kept.push(candidate);
  }
  return { kept, problems };
}

/** Guests that write into each other's root: possible, and seldom what was meant. */
export function sharedRoots(candidates: readonly Candidate[]): Problem[] {
  const problems: Problem[] = [];
  const local = candidates
    .filter(({ wanted }) => wanted.root.local)
    .sort((a, b) => compare(a.wanted.root.directory, b.wanted.root.directory));
  // Sorted by path, a directory stands before what lies in it: the open ones are a stack.
  const open: Candidate[] = [];
  for (const candidate of local) {
    const { directory } = candidate.wanted.root;
    while (open.length > 0 && !overlap(open.at(-1)?.wanted.root.directory ?? '', directory)) open.pop();
    const other = open.find(({ wanted }) => !wanted.root.readOnly || !candidate.wanted.root.readOnly);
    if (other !== undefined) {
      const message = `cannot keep the roots of ${other.guest.name} and ${candidate.guest.name} apart: ${other.wanted.root.directory} and ${directory} overlap and are writable; write ReadOnly=yes in [Root] of both, or another Directory=`;
      problems.push(problemOf(candidate.guest, { key: 'root.directory', severity: 'warning', message }));
    }
    open.push(candidate);
  }
  return problems;
}

/** By path parts: `/a/b` before `/a-b`, so that what lies in /a comes right after it. */
function compare(a: string, b: string): number {
  const left = `${a}/`.replaceAll('/', '\0');
  const right = `${b}/`.replaceAll('/', '\0');
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
