/** The keys of `/etc/umlnfs.conf` that are about the host; the guest's sections may follow as defaults. */
import { defaultBridge } from './bridge-table.ts';
import { key, optional, type SettingsOf } from './key.ts';
import { absolutePath, busAddress, enumeration, integer } from './value-types.ts';

export const hostTable = {
  bridge: defaultBridge,
  server: {
    name: 'Server',
    doc: 'The NFS server on this host.',
    keys: {
      exporter: key(
        'Exporter',
        enumeration('auto', 'exportfs', 'ganesha', 'none'),
        'auto',
        "Who exports the roots: the kernel's server through exportfs, NFS-Ganesha, or nobody here. auto takes the kernel's where there is one.",
      ),
    },
  },
  directories: {
    name: 'Directories',
    doc: 'Where things are.',
    keys: {
      export: key('Export', absolutePath, '/export', 'Where the roots of guests without Directory= are.'),
      runtime: key(
        'Runtime',
        absolutePath,
        '/run/umlnfs',
        'Sockets and process state; empty after a boot of the host.',
      ),
      cache: key('Cache', absolutePath, '/var/cache/umlnfs', 'Initramfs images; may be deleted at any time.'),
      state: key(
        'State',
        absolutePath,
        '/var/lib/umlnfs',
        'What has to outlive a boot of the host: the key with which umlnfs drives exports on other machines, and in images what lies beneath roots that are mount points.',
      ),
      log: key(
        'Log',
        absolutePath,
        '/var/log/umlnfs',
        "The guests' console logs, where systemd does not keep them.",
      ),
    },
  },
  limits: {
    name: 'Limits',
    doc: 'How much is done at a time.',
    keys: {
      parallelStarts: optional(
        'ParallelStarts',
        integer(1, 1000),
        "How many guests may boot at a time; further ones wait for their turn. StartTimeoutSec= begins with a guest's own start. A guest that is not ready after a minute holds up no other.",
        { derived: 'ten for each processor, and at least 20' },
      ),
      parallelClones: key(
        'ParallelClones',
        integer(1, 1000),
        2,
        'How many roots may be cloned at a time (Clone= of guests).',
      ),
    },
  },
  dbus: {
    name: 'DBus',
    doc: 'Where the daemon is reached.',
    keys: {
      address: optional(
        'Address',
        busAddress,
        'A D-Bus address, system, or private (a bus of its own in the runtime directory).',
        {
          derived: 'system where a system bus runs, else private',
        },
      ),
    },
  },
} as const;

export type HostSettings = SettingsOf<typeof hostTable>;
