import { key, optional } from '../key.ts';
import {
  absolutePath,
  boolean,
  bytes,
  enumeration,
  guestReference,
  integer,
  ipv4,
  rootReference,
} from '../value-types.ts';
import { nfs5, nfsroot } from './sources.ts';

export const rootSection = {
  name: 'Root',
  doc: "The root file system and the options of the kernel's nfsroot= parameter.",
  keys: {
    server: optional('Server', ipv4, "The NFS server's address.", {
      derived: "the bridge's address: this host",
      source: `${nfsroot}, nfsroot=<server-ip>`,
    }),
    serverGuest: optional(
      'ServerGuest',
      guestReference,
      'The guest that is the NFS server, instead of Server=. It is started before, and stopped after; umlnfs makes the export in it.',
    ),
    directory: optional('Directory', absolutePath, "The root's directory on the server.", {
      derived: "the export directory and the guest's name, /export/NAME",
      source: `${nfsroot}, nfsroot=…:<root-dir>`,
    }),
    clone: optional(
      'Clone',
      rootReference,
      'The root that this one is made from where it does not exist: before the guest starts it is cloned, with a machine id and SSH host keys of its own, and a file system of its own where the other has one. A root that exists is left as it is.',
      { derived: 'none: a root that does not exist is an error' },
    ),
    disk: optional(
      'Disk',
      absolutePath,
      'The image of a disk whose file system is the root, instead of one on NFS: /dev/ubda in the guest, before those of Disks=. umlnfs does not look into it.',
      { derived: 'the root is on NFS' },
    ),
    readOnly: key(
      'ReadOnly',
      boolean,
      false,
      'Mount the root read-only (the kernel argument ro instead of rw).',
    ),
    tailor: key(
      'Tailor',
      boolean,
      true,
      'Whether umlnfs puts into the root, before each start, what a diskless guest needs (see umlnfs rootfs tailor). Without it a root that does not say READY=1 by itself needs Ready=mount.',
    ),
    version: optional('Version', enumeration('3', '4', '4.0', '4.1', '4.2'), 'The NFS version.', {
      derived: '4.2; 4.1 where NFS-Ganesha serves',
      source: nfs5,
    }),
    protocol: key('Protocol', enumeration('tcp', 'udp'), 'tcp', 'The transport protocol.', {
      source: nfs5,
    }),
    port: optional('Port', integer(1, 65535), "The server's port.", { derived: '2049', source: nfs5 }),
    rsize: key('RSize', bytes, 1024 * 1024, 'Bytes per read request.', { source: nfs5 }),
    wsize: key('WSize', bytes, 1024 * 1024, 'Bytes per write request.', { source: nfs5 }),
    timeo: optional('Timeo', integer(1, 100_000), 'Tenths of a second before a request is sent again.', {
      source: nfs5,
    }),
    retrans: optional(
      'Retrans',
      integer(0, 1000),
      'Retries before a soft mount fails or a hard one says so.',
      { source: nfs5 },
    ),
    acregmin: optional(
      'AcRegMin',
      integer(0, 86_400),
      'Seconds the attributes of a file are cached at least.',
      { source: nfs5 },
    ),
    acregmax: optional(
      'AcRegMax',
      integer(0, 86_400),
      'Seconds the attributes of a file are cached at most.',
      { source: nfs5 },
    ),
    acdirmin: optional(
      'AcDirMin',
      integer(0, 86_400),
      'Seconds the attributes of a directory are cached at least.',
      { source: nfs5 },
    ),
    acdirmax: optional(
      'AcDirMax',
      integer(0, 86_400),
      'Seconds the attributes of a directory are cached at most.',
      { source: nfs5 },
    ),
    hard: key(
      'Hard',
      boolean,
      true,
      'Retry requests for ever (hard), or fail them after Retrans= retries (soft).',
      { source: nfs5 },
    ),
    intr: optional('Intr', boolean, 'Accepted and ignored by kernels since 2.6.25.', { source: nfs5 }),
    posix: optional('Posix', boolean, 'POSIX path semantics, as the server tells them.', {
      source: nfsroot,
    }),
    cto: optional('Cto', boolean, 'Close-to-open consistency.', { source: nfs5 }),
    ac: optional('Ac', boolean, 'Cache attributes.', { source: nfs5 }),
    nconnect: optional('NConnect', integer(1, 16), 'Connections to the server.', { source: nfs5 }),
    lock: optional('Lock', boolean, 'Use the NLM side protocol for locks (version 3 only).', {
      derived: 'no for version 3, whose root is mounted before a lock daemon runs',
      source: nfs5,
    }),
  },
} as const;
