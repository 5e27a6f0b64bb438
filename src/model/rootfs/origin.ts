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

export type Origin = { readonly kind: 'debian'; readonly debian: DebianWanted };

/** What mmdebstrap and debootstrap are given must be no option, and nothing else than it seems. */
export const debianSyntax = {
  suite: /^[a-z][a-z0-9.-]{0,63}$/,
  arch: /^[a-z0-9][a-z0-9-]{0,31}$/,
  mirror: /^https?:\/\/[!-~]{1,400}$/,
  variant: /^[a-z]{1,32}$/,
  package: /^[a-z0-9][a-z0-9+.-]{0,127}(:[a-z0-9-]{1,32})?$/,
} as const;
