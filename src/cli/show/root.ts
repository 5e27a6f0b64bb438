import type { FoundRoot } from '../../adapters/rootfs/store.ts';
import type { RootUser } from '../rootfs-use.ts';
import { columns } from './columns.ts';
import { sizeText } from './size.ts';

/** A root with the definitions that name it; undefined where that cannot be told. */
export interface ListedRoot extends FoundRoot {
  readonly users: readonly RootUser[] | undefined;
}

export function rootForPrograms(root: ListedRoot) {
  return {
    name: root.name,
    path: root.path,
    kind: root.kind,
    used: root.used ?? null,
    free: root.free ?? null,
    capacity: root.capacity ?? null,
    mounted: root.mounted,
    suite: root.suite,
    base: root.base ?? null,
    clones: root.clones,
    usedBy: root.users?.map(({ guest, file }) => ({ guest, file })) ?? null,
  };
}

export function rootTable(roots: readonly ListedRoot[]): string {
  return columns(
    ['NAME', 'SIZE', 'SUITE', 'KIND', 'USED BY'],
    roots.map((root) => [root.name, sizes(root), root.suite || '-', kindText(root), usersText(root) || '-']),
  );
}

export function rootDetail(root: ListedRoot): string {
  const facts: [string, string][] = [
    ['Directory', root.path],
    ['Kind', kindText(root)],
    ['Clone of', root.base ?? ''],
    ['Cloned by', root.clones.join(' ')],
    ['Lies in', root.backing?.directory ?? ''],
    ['Suite', root.suite],
    ['Size', sizes(root)],
    ['Free', root.free === undefined ? '' : sizeText(root.free)],
    ['Used by', usersText(root) || 'no definition'],
    ['Definition', [...new Set(root.users?.map(({ file }) => file))].join(' ')],
  ];
  const width = Math.max(...facts.map(([title]) => title.length)) + 1;
  const lines = facts
    .filter(([, value]) => value !== '')
    .map(([title, value]) => `${title.padStart(width)}: ${value}\n`);
  return `${root.name}\n${lines.join('')}`;
}

function sizes({ used, capacity }: ListedRoot): string {
  return capacity === undefined ? sizeText(used) : `${sizeText(used)}/${sizeText(capacity)}`;
}

function kindText({ kind, mounted }: ListedRoot): string {
  return mounted ? kind : `${kind}, not mounted`;
}

function usersText({ users }: ListedRoot): string {
  return users === undefined ? '?' : [...new Set(users.map(({ guest }) => guest))].join(' ');
}
