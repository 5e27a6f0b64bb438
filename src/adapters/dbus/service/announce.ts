import { Message } from 'dbus-next';
import type { Control, ControlEvent, GuestStatus } from '../../../model/status.ts';
import { guestInterface } from '../interface/guest.ts';
import { managerInterface, objectManagerInterface } from '../interface/manager.ts';
import { bodySignature, type InterfaceSpec } from '../interface/spec.ts';
import { standardInterfaces } from '../interface/standard.ts';
import { guestPath, rootPath } from '../path.ts';
import { changed, type Properties, propertiesOf } from '../wire.ts';
import { managerProperties } from './objects.ts';

type Send = (message: Message) => void;
const ended = new Set<GuestStatus['state']>(['stopped', 'backoff', 'failed']);

function signal(send: Send, path: string, spec: InterfaceSpec, member: string, ...body: unknown[]): void {
  const args = spec.signals[member]?.args ?? [];
  send(Message.newSignal(path, spec.name, member, bodySignature(args), body));
}

function propertiesChanged(send: Send, path: string, name: string, properties: Properties): void {
  if (Object.keys(properties).length === 0) return;
  signal(send, path, standardInterfaces[2], 'PropertiesChanged', name, properties, []);
}

/** Tells the bus what changes. Keeps what was told last, so that only changes are told. */
export function announcer(control: Control, version: string, send: Send) {
  const told = new Map<string, GuestStatus>();
  for (const status of control.guests()) told.set(status.name, status);
  let toldManager = managerProperties(control, version);
  let managerDue: NodeJS.Immediate | undefined;

  const manager = () => {
    managerDue = undefined;
    const now = managerProperties(control, version);
    propertiesChanged(send, rootPath, managerInterface.name, changed(toldManager, now));
    toldManager = now;
  };
  // Many guests change in one turn; the counts are told once for all of them.
  const managerSoon = () => {
    managerDue ??= setImmediate(manager);
  };

  const added = (status: GuestStatus) => {
    const path = guestPath(status.name);
    const interfaces = { [guestInterface.name]: propertiesOf(status) };
    signal(send, rootPath, objectManagerInterface, 'InterfacesAdded', path, interfaces);
    signal(send, rootPath, managerInterface, 'GuestAdded', status.name, path);
  };

  const removed = (name: string) => {
    const path = guestPath(name);
    signal(send, rootPath, objectManagerInterface, 'InterfacesRemoved', path, [guestInterface.name]);
    signal(send, rootPath, managerInterface, 'GuestRemoved', name, path);
  };

  const update = (before: GuestStatus, status: GuestStatus) => {
    const path = guestPath(status.name);
    propertiesChanged(send, path, guestInterface.name, changed(propertiesOf(before), propertiesOf(status)));
    if (before.state === status.state) return;
    const reason = ended.has(status.state) ? status.lastEndReason : '';
    signal(send, path, guestInterface, 'StateChanged', before.state, status.state, reason);
  };

  return {
    event(event: ControlEvent): void {
      if (event.kind === 'removed') {
        if (told.delete(event.name)) removed(event.name);
      } else {
        const before = told.get(event.status.name);
        told.set(event.status.name, event.status);
        if (before === undefined) added(event.status);
        else update(before, event.status);
      }
      managerSoon();
    },
    reloaded(problems: string[]): void {
      signal(send, rootPath, managerInterface, 'Reloaded', problems);
      managerSoon();
    },
    close(): void {
      clearImmediate(managerDue);
    },
  };
}
