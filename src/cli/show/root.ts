import type { FoundRoot } from '../../adapters/rootfs/store.ts';
import type { RootUser } from '../rootfs-use.ts';
import { columns } from './columns.ts';
import { sizeText } from './size.ts';

/** A root with the definitions that name it; undefined where that cannot be told. */
export interface ListedRoot extends FoundRoot {
  readonly users: readonly RootUser[] | undefined;
}

export function rootForPrograms({ users, ...root }: ListedRoot) {
  return {
    name: root.name,
    path: root.path,
    kind: root.kind,
    used: root.used ?? null,
    suite: root.suite,
    usedBy: users?.map(({ guest, file }) => ({ guest, file })) ?? null,
  };
}

export function rootTable(roots: readonly ListedRoot[]): string {
  return columns(
    ['NAME', 'SIZE', 'SUITE', 'KIND', 'USED BY'],
    roots.map((root) => [
      root.name,
      sizeText(root.used),
      root.suite || '-',
      root.kind,
      usersText(root) || '-',
    ]),
  );
}

export function rootDetail(root: ListedRoot): string {
  const facts: [string, string][] = [
    ['Directory', root.path],
    ['Kind', root.kind],
    ['Suite', root.suite],
    ['Size', sizeText(root.used)],
    ['Used by', usersText(root) || 'no definition'],
    ['Definition', [...new Set(root.users?.map(({ file }) => file))].join(' ')],
  ];
  const width = Math.max(...facts.map(([title]) => title.length)) + 1;
  const lines = facts
    .filter(([, value]) => value !== '')
    .map(([title, value]) => `${title.padStart(width)}: ${value}\n`);
  return `${root.name}\n${lines.join('')}`;
}

function usersText({ users }: ListedRoot): string {
  return users === undefined ? '?' : [...new Set(users.map(({ guest }) => guest))].join(' ');
}
