/** A D-Bus interface as data: what is dispatched, introspected and documented comes from the same table. */

export interface Arg {
  readonly name: string;
  readonly signature: string;
}

export interface PropertySpec {
  readonly signature: string;
  readonly doc: string;
}

/** What a caller must be allowed to do: `read` is for everyone, `prepare` for root alone. */
export type Action = 'read' | 'start' | 'stop' | 'restart' | 'reset' | 'reload' | 'prepare';

export interface MethodSpec {
  readonly in: readonly Arg[];
  readonly out: readonly Arg[];
  readonly action: Action;
  readonly doc: string;
}

export interface SignalSpec {
  readonly args: readonly Arg[];
  readonly doc: string;
}

export interface InterfaceSpec {
  readonly name: string;
  readonly doc: string;
  readonly properties: Readonly<Record<string, PropertySpec>>;
  readonly methods: Readonly<Record<string, MethodSpec>>;
  readonly signals: Readonly<Record<string, SignalSpec>>;
}

export function arg(name: string, signature: string): Arg {
  return { name, signature };
}

/** `[s name, s reason]` as the signature of a message body: `ss`. */
export function bodySignature(args: readonly Arg[]): string {
  return args.map((a) => a.signature).join('');
}
