/**
 * The keys of `/etc/umlnfs.d/NAME.conf`: grammar, defaults and documentation. The host file takes the same
 * sections as defaults for every guest, except the keys marked `perGuest`.
 */
import { exportSection } from './guest-table/export.ts';
import { guestSection } from './guest-table/guest.ts';
import { healthSection } from './guest-table/health.ts';
import { networkSection } from './guest-table/network.ts';
import { restartSection } from './guest-table/restart.ts';
import { rootSection } from './guest-table/root.ts';
import type { SettingsOf } from './key.ts';

export const guestTable = {
  guest: guestSection,
  network: networkSection,
  root: rootSection,
  export: exportSection,
  health: healthSection,
  restart: restartSection,
} as const;

export type GuestSettings = SettingsOf<typeof guestTable>;
