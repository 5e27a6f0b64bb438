import { arg, type InterfaceSpec } from './spec.ts';

/** The interfaces that every object has. */
export const standardInterfaces = [
  {
    name: 'org.freedesktop.DBus.Peer',
    doc: '',
    properties: {},
    methods: {
      Ping: { in: [], out: [], action: 'read', doc: '' },
      GetMachineId: { in: [], out: [arg('machine_uuid', 's')], action: 'read', doc: '' },
    },
    signals: {},
  },
  {
    name: 'org.freedesktop.DBus.Introspectable',
    doc: '',
    properties: {},
    methods: { Introspect: { in: [], out: [arg('xml_data', 's')], action: 'read', doc: '' } },
    signals: {},
  },
  {
    name: 'org.freedesktop.DBus.Properties',
    doc: '',
    properties: {},
    methods: {
      Get: {
        in: [arg('interface_name', 's'), arg('property_name', 's')],
        out: [arg('value', 'v')],
        action: 'read',
        doc: '',
      },
      GetAll: {
        in: [arg('interface_name', 's')],
        out: [arg('properties', 'a{sv}')],
        action: 'read',
        doc: '',
      },
      Set: {
        in: [arg('interface_name', 's'), arg('property_name', 's'), arg('value', 'v')],
        out: [],
        action: 'read',
        doc: '',
      },
    },
    signals: {
      PropertiesChanged: {
        args: [arg('interface_name', 's'), arg('changed', 'a{sv}'), arg('invalidated', 'as')],
        doc: '',
      },
    },
  },
] as const satisfies readonly InterfaceSpec[];
