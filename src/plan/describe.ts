import { tableName } from '../model/filter/table.ts';
import type { NamesWanted } from '../model/names.ts';
import type { PlanLine } from '../model/status.ts';
import type { Step, StepOf } from './step.ts';

function on(server: string | undefined): string {
  return server === undefined ? '' : ` on ${server}`;
}

/** What a step does, in words and without a subject: `make bridge uml0`. */
function what(step: Step): string {
  switch (step.kind) {
    case 'bridge.ensure':
      return `make bridge ${step.bridge.name} with ${step.bridge.address}/${step.bridge.prefix}`;
    case 'names.serve':
      return `serve ${services(step.names).join(', ')} on ${step.names.bridge} by dnsmasq`;
    case 'names.end':
      return `end the dnsmasq of network ${step.network}`;
    case 'hosts.write':
      return step.lines.length === 0
        ? 'take the names of guests out of the hosts file'
        : `write ${step.lines.length} addresses of guests into the hosts file`;
    case 'bridge.remove':
      return `remove bridge ${step.name}`;
    case 'filter.apply':
      return filterText(step);
    case 'port.attach':
      return `plug ${step.port.interface} into bridge ${step.port.bridge}`;
    case 'port.release':
      return `unplug ${step.interface} from its bridge`;
    case 'route.add':
      return `add a route to ${step.route.destination} via ${step.route.via}`;
    case 'route.remove':
      return `remove the route to ${step.route.destination} via ${step.route.via}`;
    case 'forwarding.enable':
      return `have this host pass on ${step.families.join(' and ').replaceAll('ipv', 'IPv')}`;
    case 'tap.ensure':
      return `make tap ${step.tap.name} on ${step.tap.bridge} for user ${step.tap.uid}`;
    case 'tap.remove':
      return `remove tap ${step.name}`;
    case 'exporter.start':
      return `start the NFS server (${step.exporter})`;
    case 'export.add':
      return `export ${step.export.path}${on(step.export.server)} to ${step.export.client} (${step.export.options.join(',')})`;
    case 'export.remove':
      return `stop exporting ${step.path}${on(step.server)} to ${step.client}`;
    case 'initramfs.build':
      return `build the initramfs for ${step.kernel}`;
    case 'root.clone':
      return `clone the root ${step.directory} from ${step.from}`;
    case 'root.mount':
      return `mount the root ${step.directory}`;
    case 'root.tailor':
      return `tailor the root ${step.directory}`;
    case 'guest.start':
      return `start guest ${step.guest}: ${step.argv.join(' ')}`;
    case 'guest.stop':
      return `stop guest ${step.guest} by ${step.phase}`;
    case 'units.configure':
      if (step.write.size + step.remove.length === 0) return 'have systemd read its units again';
      return `configure ${step.write.size + step.remove.length} units for systemd`;
    case 'unit.start':
      return `ask systemd to start guest ${step.guest}`;
    case 'unit.stop':
      return `ask systemd to stop guest ${step.guest}`;
    case 'unit.restart':
      return `ask systemd to restart guest ${step.guest}`;
    case 'unit.hang':
      return `tell systemd that guest ${step.guest} hangs`;
    case 'unit.forgive':
      return `forget the restarts of guest ${step.guest}`;
    case 'guest.forget':
      return `forget guest ${step.guest}`;
    case 'blocked':
      return `leave guest ${step.guest} as it is`;
    case 'queue':
      return `let guest ${step.guest} wait for its turn`;
    case 'await':
      return `let guest ${step.guest} wait for ${step.needs}`;
    case 'wait':
      return step.guest === '' ? 'wait' : `wait for guest ${step.guest}`;
    default: {
      const never: never = step;
      return never;
    }
  }
}

function filterText({ write, remove }: StepOf<'filter.apply'>): string {
  const names = (families: readonly string[]) =>
    families.map((family) => `table ${family} ${tableName}`).join(' and ');
  const put = write.length === 0 ? [] : [`put ${names(write.map(({ family }) => family))} into force`];
  return [...put, ...(remove.length === 0 ? [] : [`remove ${names(remove)}`])].join(', ');
}

function services({ dns, dhcp, ipv6Prefix }: NamesWanted): string[] {
  return [
    ...(dns ? ['names'] : []),
    ...(dhcp ? ['DHCP'] : []),
    ...(ipv6Prefix === undefined ? [] : ['IPv6 prefixes']),
  ];
}

/** A step as a line of `umlnfs plan`; `now` turns a wait's end into seconds from now. */
export function describeStep(step: Step, now: number): PlanLine {
  const guest = 'guest' in step ? step.guest : '';
  const seconds = step.kind === 'wait' ? ` ${Math.max(0, (step.until - now) / 1000).toFixed(1)} s` : '';
  return { kind: step.kind, guest, what: what(step) + seconds, why: step.why };
}
