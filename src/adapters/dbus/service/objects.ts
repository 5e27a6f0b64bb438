import { DBusError, Variant } from 'dbus-next';
import { isGuestName } from '../../../definition/guest-name.ts';
import type { Control } from '../../../model/status.ts';
import { errors } from '../interface/errors.ts';
import { guestInterface } from '../interface/guest.ts';
import { managerInterface, objectManagerInterface } from '../interface/manager.ts';
import { guestOfPath, guestPath, guestsPath, rootPath } from '../path.ts';
import { type Properties, propertiesOf, wireText } from '../wire.ts';
import type { Objects, Served } from './dispatch.ts';

function noSuchGuest(name: string): DBusError {
  return new DBusError(
    errors.noSuchGuest.name,
    `there is no guest ${JSON.stringify(name)}\nsee umlnfs status for the guests there are, and umlnfs check for definitions with problems`,
  );
}

export function managerProperties(control: Control, version: string): Properties {
  const states: Record<string, number> = {};
  const guests = control.guests();
  for (const { state } of guests) states[state] = (states[state] ?? 0) + 1;
  return {
    Version: new Variant('s', version),
    Guests: new Variant('u', guests.length),
    States: new Variant('a{su}', states),
    Problems: new Variant('as', control.problems().map(wireText)),
  };
}

/** The objects of org.umlnfs1 over what the daemon says; nothing is stored here. */
export function objectsOf(
  control: Control,
  version: string,
  reloaded: (problems: string[]) => void,
): Objects {
  const known = (name: string) => {
    const status = control.guest(name);
    if (status === undefined) throw noSuchGuest(name);
    return status;
  };
  const act = (action: 'start' | 'stop' | 'restart' | 'reset') => async (name: string) => {
    known(name);
    await control[action](name);
    return [];
  };
  const sorted = () => [...control.guests()].sort((a, b) => (a.name < b.name ? -1 : 1));
  // Reading definitions costs something, and everybody may ask: those who ask at once share one answer.
  let planning: Promise<readonly unknown[]> | undefined;
  const plan = () => {
    planning ??= control
      .plan()
      .then((lines) => [lines.map((line) => [line.kind, line.guest, line.what, line.why].map(wireText))])
      .finally(() => {
        planning = undefined;
      });
    return planning;
  };

  const manager: Served = {
    spec: managerInterface,
    properties: () => managerProperties(control, version),
    methods: {
      Start: act('start'),
      Stop: act('stop'),
      Restart: act('restart'),
      Reset: act('reset'),
      Prepare: async (name: string) => {
        // Names of units come from anywhere.
        if (!isGuestName(name)) throw noSuchGuest(name);
        await control.prepare(name);
        return [];
      },
      ListGuests: () => [sorted().map(({ name, state }) => [name, state, guestPath(name)])],
      GetGuest: (name: string) => [guestPath(known(name).name)],
      Plan: plan,
      Reload: async () => {
        const problems = (await control.reload()).map(wireText);
        reloaded(problems);
        return [problems];
      },
    },
  };
  const objectManager: Served = {
    spec: objectManagerInterface,
    properties: () => ({}),
    methods: {
      GetManagedObjects: () => [
        Object.fromEntries(
          sorted().map((status) => [guestPath(status.name), { [guestInterface.name]: propertiesOf(status) }]),
        ),
      ],
    },
  };
  const guest = (name: string): Served => ({
    spec: guestInterface,
    properties: () => propertiesOf(known(name)),
    methods: {
      Start: () => act('start')(name),
      Stop: () => act('stop')(name),
      Restart: () => act('restart')(name),
      Reset: () => act('reset')(name),
    },
  });

  const parents = ['/', '/org', guestsPath];
  return {
    at(path) {
      if (path === rootPath) return [manager, objectManager];
      if (parents.includes(path)) return [];
      const name = guestOfPath(path);
      return name === undefined || control.guest(name) === undefined ? undefined : [guest(name)];
    },
    children(path) {
      if (path === guestsPath)
        return sorted().map(({ name }) => guestPath(name).slice(guestsPath.length + 1));
      return path === '/' ? ['org'] : path === '/org' ? ['umlnfs1'] : path === rootPath ? ['guest'] : [];
    },
  };
}
