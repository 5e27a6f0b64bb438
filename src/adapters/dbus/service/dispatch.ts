import { readFile } from 'node:fs/promises';
import { DBusError, Message } from 'dbus-next';
import { messageOf, UserError } from '../../../model/error.ts';
import { errors } from '../interface/errors.ts';
import { type Action, bodySignature, type InterfaceSpec } from '../interface/spec.ts';
import { standardInterfaces } from '../interface/standard.ts';
import { type Properties, wireText } from '../wire.ts';
import { introspectXml } from './introspect.ts';

type Handler = (...args: never[]) => readonly unknown[] | Promise<readonly unknown[]>;

/** An interface of one object, with what answers for it. */
export interface Served {
  readonly spec: InterfaceSpec;
  properties(): Properties;
  readonly methods: Readonly<Record<string, Handler>>;
}

export interface Objects {
  /** Undefined where there is no object; empty for one that only has children. */
  at(path: string): readonly Served[] | undefined;
  /** The labels one level below. */
  children(path: string): readonly string[];
}

/**
 * Resolves when the sender of a message may do the action; rejects with DBusError when not. Where the call is
 * `interactive`, its user may be asked for a password.
 */
export type Authorize = (sender: string, action: Action, interactive?: boolean) => Promise<void>;

const standardError = (name: string, text: string) =>
  new DBusError(`org.freedesktop.DBus.Error.${name}`, text);
// Flags of a message.
const noReply = 1;
const allowInteractiveAuthorization = 4;

function standardMethods(path: string, objects: Objects, here: readonly Served[]): Served[] {
  const named = (name: string) => {
    const found = here.find(({ spec }) => spec.name === name);
    if (found !== undefined) return found;
    if (standardInterfaces.some((spec) => spec.name === name)) return undefined;
    throw standardError('UnknownInterface', `${path} has no interface ${name}`);
  };
  const handlers: Record<string, Served['methods']> = {
    'org.freedesktop.DBus.Peer': {
      Ping: () => [],
      GetMachineId: async () => [(await readFile('/etc/machine-id', 'utf8')).trim()],
    },
    'org.freedesktop.DBus.Introspectable': {
      Introspect: () => [
        introspectXml(
          here.map(({ spec }) => spec),
          objects.children(path),
        ),
      ],
    },
    'org.freedesktop.DBus.Properties': {
      Get: (name: string, property: string) => {
        const properties = named(name)?.properties() ?? {};
        const value = Object.hasOwn(properties, property) ? properties[property] : undefined;
        if (value === undefined)
          throw standardError('UnknownProperty', `${name} has no property ${property}`);
        return [value];
      },
      GetAll: (name: string) => [named(name)?.properties() ?? {}],
      Set: (name: string, property: string) => {
        const known = Object.hasOwn(named(name)?.spec.properties ?? {}, property);
        if (!known) throw standardError('UnknownProperty', `${name} has no property ${property}`);
        throw standardError('PropertyReadOnly', `${name}.${property} cannot be set`);
      },
    },
  };
  return standardInterfaces.map((spec) => ({
    spec,
    properties: () => ({}),
    methods: handlers[spec.name] ?? {},
  }));
}

function find(message: Message, objects: Objects) {
  const here = objects.at(message.path);
  if (here === undefined) throw standardError('UnknownObject', `there is no object ${message.path}`);
  const served = [...here, ...standardMethods(message.path, objects, here)];
  // The interface may be left out of a call.
  const fitting = message.interface ? served.filter(({ spec }) => spec.name === message.interface) : served;
  if (fitting.length === 0)
    throw standardError('UnknownInterface', `${message.path} has no interface ${message.interface}`);
  const owner = fitting.find(({ spec }) => Object.hasOwn(spec.methods, message.member));
  const spec = owner?.spec.methods[message.member];
  const handler = owner?.methods[message.member];
  if (spec === undefined || handler === undefined)
    throw standardError(
      'UnknownMethod',
      `${message.interface || message.path} has no method ${message.member}`,
    );
  const expected = bodySignature(spec.in);
  if (expected !== message.signature)
    throw standardError('InvalidArgs', `${message.member} takes (${expected}), not (${message.signature})`);
  return { spec, handler };
}

/** The error to answer with; what people can act on keeps its hint, on a line of its own. */
function toDBusError(error: unknown): DBusError {
  if (error instanceof DBusError) return error;
  const hint = error instanceof UserError && error.hint !== undefined ? `\n${error.hint}` : '';
  return new DBusError(errors.failed.name, messageOf(error) + hint);
}

/**
 * The answer to a method call; undefined where the caller wants none.
 * @param onDefect gets what was thrown that is neither for the caller nor for people
 */
export async function answer(
  message: Message,
  objects: Objects,
  authorize: Authorize,
  onDefect: (error: unknown) => void,
): Promise<Message | undefined> {
  const wanted = (message.flags & noReply) === 0;
  try {
    const { spec, handler } = find(message, objects);
    const interactive = (message.flags & allowInteractiveAuthorization) !== 0;
    if (spec.action !== 'read') await authorize(message.sender, spec.action, interactive);
    const body = await handler(...(message.body as never[]));
    return wanted ? Message.newMethodReturn(message, bodySignature(spec.out), [...body]) : undefined;
  } catch (error) {
    if (!(error instanceof DBusError || error instanceof UserError)) onDefect(error);
    const { type, text } = toDBusError(error);
    return wanted ? Message.newError(message, type, wireText(text)) : undefined;
  }
}
