import type { Arg, InterfaceSpec } from '../interface/spec.ts';
import { standardInterfaces } from '../interface/standard.ts';

const doctype =
  '<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN"\n' +
  ' "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">\n';

function args(list: readonly Arg[], direction?: 'in' | 'out'): string {
  const attribute = direction === undefined ? '' : ` direction="${direction}"`;
  return list
    .map(({ name, signature }) => `   <arg name="${name}" type="${signature}"${attribute}/>\n`)
    .join('');
}

function interfaceXml(spec: InterfaceSpec): string {
  const methods = Object.entries(spec.methods).map(
    ([name, method]) =>
      `  <method name="${name}">\n${args(method.in, 'in')}${args(method.out, 'out')}  </method>\n`,
  );
  const signals = Object.entries(spec.signals).map(
    ([name, signal]) => `  <signal name="${name}">\n${args(signal.args)}  </signal>\n`,
  );
  const properties = Object.entries(spec.properties).map(
    ([name, { signature }]) => `  <property name="${name}" type="${signature}" access="read"/>\n`,
  );
  return ` <interface name="${spec.name}">\n${[...methods, ...signals, ...properties].join('')} </interface>\n`;
}

/** The introspection document of an object; labels and names are ours and need no escaping. */
export function introspectXml(specs: readonly InterfaceSpec[], children: readonly string[]): string {
  const interfaces = [...standardInterfaces, ...specs].map(interfaceXml).join('');
  const nodes = children.map((child) => ` <node name="${child}"/>\n`).join('');
  return `${doctype}<node>\n${interfaces}${nodes}</node>\n`;
}
