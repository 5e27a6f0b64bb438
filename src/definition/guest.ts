import type { GuestSettings } from './guest-table.ts';
import type { HostSettings } from './host-table.ts';
import type { Network } from './network.ts';
import type { Origins } from './source.ts';

/** A guest as its definition says, defaults filled in; what is derived is still undefined. */
export interface Guest extends GuestSettings {
  /** From the file's name: 1 to 32 of `A-Z a-z 0-9 . _ -`, beginning with a letter or digit. */
  readonly name: string;
  /** The definition's main file, for messages. */
  readonly file: string;
  /** Where its keys were written, for messages. */
  readonly origins?: Origins;
}

/** The host file, defaults filled in, and the networks beside it. */
export interface Host extends HostSettings {
  readonly file?: string;
  /** Further networks, by name. */
  readonly networks?: ReadonlyMap<string, Network>;
  readonly origins?: Origins;
}
