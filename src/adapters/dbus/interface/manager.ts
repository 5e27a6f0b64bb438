import { arg, type InterfaceSpec } from './spec.ts';

const guestName = [arg('name', 's')];

export const managerInterface = {
  name: 'org.umlnfs1.Manager',
  doc: 'The daemon.',
  properties: {
    Version: { signature: 's', doc: "The daemon's version." },
    Guests: { signature: 'u', doc: 'How many guests there are.' },
    States: { signature: 'a{su}', doc: 'How many guests are in each state.' },
    Problems: {
      signature: 'as',
      doc: 'The problems of the definitions in force, as FILE:LINE: SEVERITY: MESSAGE.',
    },
  },
  methods: {
    Start: {
      in: guestName,
      out: [],
      action: 'start',
      doc: 'Start a guest. Returns when the wish is taken; watch State for what becomes of it.',
    },
    Stop: {
      in: guestName,
      out: [],
      action: 'stop',
      doc: 'Stop a guest in an orderly way, and keep it stopped.',
    },
    Restart: {
      in: guestName,
      out: [],
      action: 'restart',
      doc: 'Stop a guest in an orderly way and start it again.',
    },
    Reset: {
      in: guestName,
      out: [],
      action: 'reset',
      doc: 'Clear a quarantine and the restart history; the guest starts again if it should run.',
    },
    Prepare: {
      in: guestName,
      out: [],
      action: 'prepare',
      doc: "For the guest's unit alone, before it starts: returns when all that the guest needs is in order.",
    },
    ListGuests: {
      in: [],
      out: [arg('guests', 'a(sso)')],
      action: 'read',
      doc: 'Name, state and object of every guest, in order of their names.',
    },
    GetGuest: { in: guestName, out: [arg('guest', 'o')], action: 'read', doc: "A guest's object." },
    Plan: {
      in: [],
      out: [arg('steps', 'a(ssss)')],
      action: 'read',
      doc: 'What would be done now, after the definitions were read again: kind, guest, what and why. Does nothing.',
    },
    Reload: {
      in: [],
      out: [arg('problems', 'as')],
      action: 'reload',
      doc: 'Read the definitions again. Returns their problems when the first reconcile after it is done.',
    },
  },
  signals: {
    GuestAdded: { args: [arg('name', 's'), arg('guest', 'o')], doc: 'There is a new guest.' },
    GuestRemoved: { args: [arg('name', 's'), arg('guest', 'o')], doc: 'A guest is gone.' },
    Reloaded: { args: [arg('problems', 'as')], doc: 'Reload() was carried out.' },
  },
} as const satisfies InterfaceSpec;

/** The standard object manager, on the root object. */
export const objectManagerInterface = {
  name: 'org.freedesktop.DBus.ObjectManager',
  doc: 'The standard object manager: all guests with their properties in one call.',
  properties: {},
  methods: {
    GetManagedObjects: { in: [], out: [arg('objects', 'a{oa{sa{sv}}}')], action: 'read', doc: 'All guests.' },
  },
  signals: {
    InterfacesAdded: {
      args: [arg('object', 'o'), arg('interfaces', 'a{sa{sv}}')],
      doc: 'There is a new guest.',
    },
    InterfacesRemoved: { args: [arg('object', 'o'), arg('interfaces', 'as')], doc: 'A guest is gone.' },
  },
} as const satisfies InterfaceSpec;
