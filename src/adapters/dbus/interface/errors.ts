/** The names of the errors that umlnfs answers over D-Bus, beyond the bus's own. */
export const errors = {
  noSuchGuest: {
    name: 'org.umlnfs1.Error.NoSuchGuest',
    doc: 'There is no definition of that name, and no guest of it runs.',
  },
  failed: {
    name: 'org.umlnfs1.Error.Failed',
    doc: 'It could not be done; the message says why, and what to do.',
  },
  accessDenied: {
    name: 'org.freedesktop.DBus.Error.AccessDenied',
    doc: 'The caller may not do that: it is for root.',
  },
} as const;
