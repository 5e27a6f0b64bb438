/**
 * A process of its own that reads the guests' notify sockets: a guest whose socket is full stands still, so they
 * must be read even while the daemon is busy. (A thread cannot: unix-dgram runs in a process's first one only.)
 * Spoken to over Node's IPC channel; ends when the channel does.
 */
import { chmodSync, chownSync, rmSync } from 'node:fs';
import dgram, { type Socket } from 'unix-dgram';
import { messageOf } from '../../model/error.ts';
import { decodeNotify } from './mconsole-wire.ts';
import { type Batch, NotifyQueue } from './notify-queue.ts';

export type ReaderRequest =
  | {
      readonly kind: 'open';
      readonly id: number;
      readonly guest: string;
      readonly path: string;
      readonly uid: number;
    }
  | { readonly kind: 'close'; readonly id: number; readonly guest: string };

export type ReaderReply =
  | { readonly kind: 'done'; readonly id: number; readonly error: string | undefined }
  | { readonly kind: 'batches'; readonly batches: readonly Batch[] };

/** Time (ms) between two forwardings: what comes first is forwarded at once, what follows is collected. */
const interval = 50;

interface Listener {
  readonly socket: Socket;
  readonly path: string;
  readonly queue: NotifyQueue;
}

const listeners = new Map<string, Listener>();
/** Set while messages must not be forwarded: some just were, or the daemon has not taken the last ones yet. */
let holding = false;

function forward(): void {
  if (holding) return;
  const batches: Batch[] = [];
  for (const [guest, { queue }] of listeners) {
    if (!queue.empty) batches.push({ guest, ...queue.take() });
  }
  if (batches.length === 0) return;
  holding = true;
  tell({ kind: 'batches', batches }, () => {
    setTimeout(() => {
      holding = false;
      forward();
    }, interval);
  });
}

function tell(reply: ReaderReply, done?: () => void): void {
  // The callback waits for room in the channel; without it a busy daemon's messages would pile up here.
  process.send?.(reply, undefined, {}, () => done?.());
}

function open(guest: string, path: string, uid: number): void {
  close(guest);
  if (Buffer.byteLength(path) > 107) throw new Error(`${path} is too long for a socket`);
  rmSync(path, { force: true });
  const socket = dgram.createSocket('unix_dgram');
  const queue = new NotifyQueue();
  let failure: Error | undefined;
  socket.on('error', (error) => {
    failure = error;
  });
  socket.on('message', (datagram) => {
    const message = decodeNotify(datagram);
    if (message === undefined) return;
    queue.add(message);
    forward();
  });
  try {
    socket.bind(path);
    if (failure !== undefined) throw failure;
    chownSync(path, uid, -1);
    chmodSync(path, 0o600);
  } catch (error) {
    socket.close();
    throw error;
  }
  listeners.set(guest, { socket, path, queue });
}

function close(guest: string): void {
  const listener = listeners.get(guest);
  if (listener === undefined) return;
  listeners.delete(guest);
  listener.socket.removeAllListeners('message');
  listener.socket.close();
  rmSync(listener.path, { force: true });
}

process.on('message', (request: ReaderRequest) => {
  let error: string | undefined;
  try {
    if (request.kind === 'open') open(request.guest, request.path, request.uid);
    else close(request.guest);
  } catch (thrown) {
    error = messageOf(thrown);
  }
  tell({ kind: 'done', id: request.id, error });
});
// The sockets' files stay for the next daemon to replace: guests get ECONNREFUSED meanwhile, and go on.
process.on('disconnect', () => process.exit(0));
// The daemon decides: it may need its guests' messages while it shuts down.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
