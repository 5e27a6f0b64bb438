import { errors } from '../adapters/dbus/interface/errors.ts';
import { guestInterface } from '../adapters/dbus/interface/guest.ts';
import { managerInterface, objectManagerInterface } from '../adapters/dbus/interface/manager.ts';
import type { Action, Arg, InterfaceSpec } from '../adapters/dbus/interface/spec.ts';
import { bold, entry, escapeText, heading, italic, prose } from './roff.ts';

const described: readonly InterfaceSpec[] = [managerInterface, objectManagerInterface, guestInterface];

/** A section for each interface, its methods, properties and signals within. */
export function interfaceSections(): string {
  return described.map(interfaceSection).join('\n');
}

function interfaceSection(spec: InterfaceSpec): string {
  return [
    heading('SH', `Interface ${spec.name}`),
    prose(spec.doc),
    ...part(
      'Methods',
      Object.entries(spec.methods).map(([name, { in: taken, out, action, doc }]) => {
        const answer = out.length === 0 ? '' : ` \\(-> ${args(out)}`;
        return entry(`${bold(name)}(${args(taken)})${answer}`, [prose(doc), permission(action)]);
      }),
    ),
    ...part(
      'Properties',
      Object.entries(spec.properties).map(([name, { signature, doc }]) =>
        entry(`${bold(name)} ${italic(signature)}`, [prose(doc)]),
      ),
    ),
    ...part(
      'Signals',
      Object.entries(spec.signals).map(([name, { args: carried, doc }]) =>
        entry(`${bold(name)}(${args(carried)})`, [prose(doc)]),
      ),
    ),
  ].join('\n');
}

function part(title: string, entries: readonly string[]): string[] {
  return entries.length === 0 ? [] : [heading('SS', title), ...entries];
}

function args(list: readonly Arg[]): string {
  return list.map(({ name, signature }) => `${italic(signature)} ${escapeText(name)}`).join(', ');
}

function permission(action: Action): string {
  if (action === 'read') return '';
  return `Needs the permission ${bold(`org.umlnfs1.${action}`)}.`;
}

export function errorEntries(): string {
  return Object.values(errors)
    .map(({ name, doc }) => entry(bold(name), [prose(doc)]))
    .join('\n');
}
