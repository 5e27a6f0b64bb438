/** UML's mconsole datagrams: native byte order, as both ends are on one machine. */

const magic = 0xcafebabe;
const version = 2;
/** MCONSOLE_MAX_DATA, with a terminating NUL. */
const dataSize = 512;
const headerSize = 12;
const notifyHeaderSize = 16;

/**
 * The commands that are sent. The kernel compares only as many characters as its own name of a command has, so
 * `halting` would be a `halt`: nothing but complete ones may leave.
 */
export type MconsoleCommand =
  | 'version'
  | 'help'
  | 'cad'
  | 'halt'
  | 'reboot'
  | 'stop'
  | 'go'
  | `sysrq ${string}`
  | `config con${number}`
  | `proc ${string}`;

const complete =
  /^(version|help|cad|halt|reboot|stop|go|sysrq [a-z0-9]|config con\d{1,2}|proc [a-z0-9_/]{1,100})$/;

/** A datagram that asks for `command`. Throws TypeError for one that is not complete and known. */
export function encodeRequest(command: MconsoleCommand): Buffer {
  if (!complete.test(command)) throw new TypeError(`no mconsole command: ${command}`);
  const request = Buffer.alloc(headerSize + dataSize);
  request.writeUInt32LE(magic, 0);
  request.writeUInt32LE(version, 4);
  request.writeUInt32LE(Buffer.byteLength(command), 8);
  request.write(command, headerSize);
  return request;
}

export interface ReplyPart {
  /** False when the kernel could not do it; the text says why. */
  readonly ok: boolean;
  /** Another datagram follows. */
  readonly more: boolean;
  readonly data: Buffer;
}

/** One datagram of an answer; `undefined` when it is none. */
export function decodeReply(datagram: Buffer): ReplyPart | undefined {
  if (datagram.length < headerSize || datagram.length > headerSize + dataSize) return undefined;
  const length = datagram.readUInt32LE(8);
  if (length > datagram.length - headerSize) return undefined;
  const data = datagram.subarray(headerSize, headerSize + length);
  const end = data.indexOf(0);
  return {
    ok: datagram.readUInt32LE(0) === 0,
    more: datagram.readUInt32LE(4) !== 0,
    data: end < 0 ? data : data.subarray(0, end),
  };
}

export type NotifyType = 'socket' | 'panic' | 'hang' | 'user';
const types: readonly NotifyType[] = ['socket', 'panic', 'hang', 'user'];

export interface Notification {
  readonly type: NotifyType;
  /** At most 512 bytes of whatever the guest wrote, up to the first NUL. */
  readonly text: string;
}

/** A datagram of `mconsole=notify:`; `undefined` when it is none. */
export function decodeNotify(datagram: Buffer): Notification | undefined {
  if (datagram.length < notifyHeaderSize || datagram.length > notifyHeaderSize + dataSize) return undefined;
  if (datagram.readUInt32LE(0) !== magic || datagram.readUInt32LE(4) !== version) return undefined;
  const type = types[datagram.readUInt32LE(8)];
  const length = datagram.readUInt32LE(12);
  if (type === undefined || length > datagram.length - notifyHeaderSize) return undefined;
  const data = datagram.subarray(notifyHeaderSize, notifyHeaderSize + length);
  const end = data.indexOf(0);
  return { type, text: (end < 0 ? data : data.subarray(0, end)).toString('utf8') };
}
