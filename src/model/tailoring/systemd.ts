/**
 * What a root with systemd gets. All of it lies in /usr/local/lib/systemd: that wins over the distribution's
 * files and loses to /etc/systemd, so an administrator overrides each piece there in the usual way.
 */
import { unitsNeeded } from './network.ts';
import type { RootFacts, Wanted } from './wanted.ts';

const base = 'usr/local/lib/systemd';
const units = `${base}/system`;
const header = '# made by umlnfs: it writes this file again. To change it, put your own in /etc/systemd.\n';

/** Units that do nothing for a diskless guest but take their time at each boot. */
const masked = [
  // The kernel's devtmpfs makes the device nodes, and there is no hardware to set up.
  'systemd-udevd.service',
  'systemd-udevd-control.socket',
  'systemd-udevd-kernel.socket',
  'systemd-udevd-varlink.socket',
  'systemd-udev-trigger.service',
  'systemd-udev-settle.service',
  'systemd-udev-load-credentials.service',
  'systemd-hwdb-update.service',
  'systemd-tmpfiles-setup-dev.service',
  'systemd-tmpfiles-setup-dev-early.service',
  'kmod-static-nodes.service',
  'modprobe@.service',
  // The kernel brought the interface up; whoever configures it again cuts the guest off from its root.
  'networking.service',
  'ifup@.service',
  'systemd-network-generator.service',
  // The host gives entropy at boot; users come from packages; nobody reads utmp's boot records here.
  'systemd-random-seed.service',
  'systemd-sysusers.service',
  'systemd-update-utmp.service',
  'systemd-update-utmp-runlevel.service',
  // The root is mounted as the kernel was told, and stays so.
  'systemd-remount-fs.service',
  'systemd-machine-id-commit.service',
  'systemd-firstboot.service',
  'systemd-pstore.service',
  // For disks.
  'e2scrub_reap.service',
  'e2scrub_all.timer',
  'fstrim.timer',
] as const;

/**
 * Units that are not started at boot any more but still when somebody asks for them: each is wanted by the
 * distribution's own `TARGET.wants`, which a link to /dev/null of the same name takes back.
 */
const notAtBoot = [
  // D-Bus starts it at the first login that needs it.
  'multi-user.target.wants/systemd-logind.service',
  // The journal stays in memory: written through NFS it costs more than all the rest. The host keeps the console.
  'sysinit.target.wants/systemd-journal-flush.service',
  'sysinit.target.wants/dev-hugepages.mount',
  'sysinit.target.wants/dev-mqueue.mount',
  'sysinit.target.wants/sys-fs-fuse-connections.mount',
  'sysinit.target.wants/sys-kernel-config.mount',
  'sysinit.target.wants/sys-kernel-debug.mount',
  'sysinit.target.wants/sys-kernel-tracing.mount',
] as const;

/** Generators for what a guest has not: disks, a TPM, other consoles. Each takes a process at boot and at every reload. */
const maskedGenerators = [
  'bless-boot',
  'cryptsetup',
  'getty',
  'gpt-auto',
  'hibernate-resume',
  'import',
  'integritysetup',
  'run',
  'ssh',
  'system-update',
  'tpm2',
  'veritysetup',
] as const;

const readyUnit = `${header}[Unit]
Description=Tell umlnfs that the guest is ready
# The target does not wait for what is ordered after it.
After=multi-user.target
ConditionPathExists=/proc/mconsole

[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo READY=1 >/proc/mconsole'
`;

const networkdFile = `${header}[Match]
Name=vec0 eth0

[Link]
# The root is on it: at shutdown it must outlive systemd-networkd.
Unmanaged=yes
`;

const networkManagerFile = `${header}[keyfile]
unmanaged-devices=interface-name:vec0;interface-name:eth0
`;

const managerFile = `${header}[Manager]
# UML's watchdog starts a helper on the host.
RebootWatchdogSec=off
`;

const modulesFile = `${header}[Unit]
ConditionDirectoryNotEmpty=/lib/modules
`;

const userSessionsFile = `${header}[Service]
# All that systemd-user-sessions does here at start, without its libraries.
ExecStart=
ExecStart=/bin/rm -f /run/nologin
`;

// Under noreboot a reboot and a power-off end the kernel alike: the exit status tells them apart.
const shutdownHook = `#!/bin/sh
${header}[ "$1" = reboot ] && [ -w /proc/exitcode ] && echo 133 >/proc/exitcode
exit 0
`;

/** The files for a root with systemd. */
export function systemdFiles(facts: Pick<RootFacts, 'networkManager' | 'network'>): Wanted[] {
  const wanted: Wanted[] = [
    file(`${units}/umlnfs-ready.service`, readyUnit),
    link(`${units}/multi-user.target.wants/umlnfs-ready.service`, '../umlnfs-ready.service'),
    // ctrl-alt-del is how umlnfs asks for an orderly stop.
    link(`${units}/ctrl-alt-del.target`, '/lib/systemd/system/poweroff.target'),
    // con1=pts is tty1 in the guest: what umlnfs console attaches to.
    link(`${units}/getty.target.wants/getty@tty1.service`, '/lib/systemd/system/getty@.service'),
    file(`${units}/systemd-user-sessions.service.d/umlnfs.conf`, userSessionsFile),
    file(`${units}/systemd-modules-load.service.d/umlnfs.conf`, modulesFile),
    file(`${base}/network/00-umlnfs.network`, networkdFile),
    file(`${base}/system.conf.d/umlnfs.conf`, managerFile),
    file('lib/systemd/system-shutdown/umlnfs', shutdownHook, 0o755),
  ];
  if (facts.networkManager) wanted.push(file('etc/NetworkManager/conf.d/umlnfs.conf', networkManagerFile));
  const needed = facts.network === undefined ? [] : unitsNeeded[facts.network];
  for (const unit of masked) {
    const mask = { path: `${units}/${unit}`, target: '/dev/null' };
    wanted.push({ kind: needed.includes(unit) ? 'gone' : 'link', ...mask });
  }
  for (const want of notAtBoot) wanted.push(link(`${units}/${want}`, '/dev/null'));
  for (const name of maskedGenerators)
    wanted.push(link(`${base}/system-generators/systemd-${name}-generator`, '/dev/null'));
  return wanted;
}

function file(path: string, text: string, mode = 0o644): Wanted {
  return { kind: 'file', path, text, mode, owner: 'kept' };
}

function link(path: string, target: string): Wanted {
  return { kind: 'link', path, target };
}
