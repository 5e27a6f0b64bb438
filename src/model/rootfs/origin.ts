/** Where a new root comes from. */

export interface DebianWanted {
  /** `bookworm`, `trixie`; the host's own by default. */
  readonly suite?: string | undefined;
  readonly arch?: string | undefined;
  readonly mirror?: string | undefined;
  readonly variant?: string | undefined;
  /** Packages beside the usual ones. */
  readonly include: readonly string[];
  /** The usual ones, where they are to be others. */
  readonly defaults?: readonly string[] | undefined;
}

export type Origin =
  | { readonly kind: 'debian'; readonly debian: DebianWanted }
  /** A copy of this host, without these directories. */
  | { readonly kind: 'host'; readonly without: readonly string[] }
  | { readonly kind: 'tarball'; readonly file: string }
  /** What another root has. `overlay`: it is there already, from beneath. */
  | { readonly kind: 'clone'; readonly source: string; readonly method: 'reflink' | 'copy' | 'overlay' };

/** What a new root lies on: its parent's file system, one of its own, or another root. */
export type Ground =
  | { readonly kind: 'plain' }
  | { readonly kind: 'image'; readonly bytes: number }
  | { readonly kind: 'overlay'; readonly base: string };

/** What mmdebstrap and debootstrap are given must be no option, and nothing else than it seems. */
export const debianSyntax = {
  suite: /^[a-z][a-z0-9.-]{0,63}$/,
  arch: /^[a-z0-9][a-z0-9-]{0,31}$/,
  mirror: /^https?:\/\/[!-~]{1,400}$/,
  variant: /^[a-z]{1,32}$/,
  package: /^[a-z0-9][a-z0-9+.-]{0,127}(:[a-z0-9-]{1,32})?$/,
} as const;
