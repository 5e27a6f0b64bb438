import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, rmSync } from 'node:fs';
import { lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import dgram, { type Socket } from 'unix-dgram';
import { messageOf, UserError } from '../../model/error.ts';
import { decodeReply, encodeRequest, type MconsoleCommand } from './mconsole-wire.ts';

export type { MconsoleCommand } from './mconsole-wire.ts';

/** All datagrams of an answer together, in bytes. */
const longestAnswer = 64 * 1024;
/** How often (ms) a request is offered again to a guest whose queue is full. */
const retryInterval = 20;
const again = -11;

export interface MconsoleOptions {
  /** Milliseconds for the whole answer. */
  readonly timeoutMs: number;
  /** A directory that only root can list and write, and everybody can search: made when it is missing. */
  readonly replyDir: string;
  /** The user of the guest's kernel, who must be able to write to the socket. */
  readonly peerUid: number;
}

export interface MconsoleAnswer {
  /** False when the kernel refused; `text` says why. */
  readonly ok: boolean;
  /** The guest's word: bounded (64 KiB), not sanitised. */
  readonly text: string;
}

/**
 * Asks a guest's kernel over the mconsole socket at `path`. Each request has a socket of its own: after a bad
 * one, answers would be off by one. Rejects with UserError when there is no whole answer in time. The kernel does
 * not wait for us: of an answer of more than ten datagrams (5 KiB) some may be missing.
 */
export async function mconsole(
  path: string,
  command: MconsoleCommand,
  options: MconsoleOptions,
): Promise<MconsoleAnswer> {
  const request = encodeRequest(command);
  const action = `ask the guest at ${path} for "${command}"`;
  await mkdir(options.replyDir, { recursive: true, mode: 0o711 });
  // Nobody but this guest may answer, so nobody else can know or guess the name.
  const name = join(options.replyDir, randomBytes(16).toString('hex'));
  for (const address of [path, name]) {
    if (Buffer.byteLength(address) > 107) {
      throw new UserError(action, `${address} is too long for a socket`, {
        hint: 'choose a shorter Runtime= directory',
      });
    }
  }
  const socket = dgram.createSocket('unix_dgram');
  try {
    return await exchange(socket, name, path, request, action, options);
  } finally {
    socket.removeAllListeners('message');
    socket.close();
    rmSync(name, { force: true });
  }
}

function exchange(
  socket: Socket,
  name: string,
  path: string,
  request: Buffer,
  action: string,
  { timeoutMs, peerUid }: MconsoleOptions,
): Promise<MconsoleAnswer> {
  return new Promise((resolve, reject) => {
    let retry: NodeJS.Timeout | undefined;
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    const finish = () => {
      clearTimeout(timer);
      clearTimeout(retry);
    };
    const fail = (cause: string) => {
      finish();
      reject(new UserError(action, cause));
    };
    const parts: Buffer[] = [];
    let ok = true;
    let length = 0;
    socket.on('message', (datagram) => {
      const part = decodeReply(datagram);
      if (part === undefined) return fail('its answer makes no sense');
      if (!part.ok) ok = false;
      parts.push(part.data);
      length += datagram.length;
      if (length > longestAnswer) return fail(`its answer is longer than ${longestAnswer} bytes`);
      if (part.more) return;
      finish();
      resolve({ ok, text: Buffer.concat(parts).toString('utf8') });
    });
    socket.on('error', (error) => fail(error.message));
    try {
      listen(socket, name, peerUid);
    } catch (error) {
      return fail(messageOf(error));
    }
    const offer = () => {
      socket.send(request, 0, request.length, path, (error) => {
        if (error === undefined) return;
        if (error.errno === again) retry = setTimeout(offer, retryInterval);
        else fail(sendCause(error.errno));
      });
    };
    offer();
  });
}

/** Binds, and lets the guest write. The name is kept from all others by the directory. */
function listen(socket: Socket, name: string, peerUid: number): void {
  socket.bind(name);
  chownSync(name, peerUid, -1);
  chmodSync(name, 0o600);
}

function sendCause(errno: number): string {
  if (errno === -2) return 'there is no such socket; the guest is not up yet, or is gone';
  if (errno === -111) return 'nobody listens there; the guest is gone';
  return `error ${-errno} while sending`;
}

/**
 * The pts that a guest's second console (`con1=pts`) has on this host, `/dev/pts/N`; `undefined` when it has
 * none. The guest's answer is believed only where it names a terminal that the guest's user owns.
 */
export async function consolePty(path: string, options: MconsoleOptions): Promise<string | undefined> {
  const { ok, text } = await mconsole(path, 'config con1', options);
  const pts = /^pts:(\/dev\/pts\/\d{1,9})$/.exec(text)?.[1];
  if (!ok || pts === undefined) return undefined;
  return (await isPtyOf(pts, options.peerUid)) ? pts : undefined;
}

/** Whether the pts is there and belongs to the user `uid`. */
export async function isPtyOf(pts: string, uid: number): Promise<boolean> {
  const device = await lstat(pts).catch(() => undefined);
  return device?.isCharacterDevice() === true && device.uid === uid;
}
