import { expect, it } from 'vitest';
import type { Desired } from '../../../src/model/desired.ts';
import type { KernelSeen } from '../../../src/model/observed.ts';
import { plan } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor } from '../../support/model.ts';

const { network } = guestWanted();
const web1 = guestWanted({ network: { ...network, ipv6: 'fd00::1' } });
const web2 = guestWanted({
  name: 'web2',
  kernel: '/opt/linux',
  network: { ...network, ipv6: 'fd00::2', address: '192.168.2.3', tap: 'uml-web2' },
});
const lines = [
  ['192.168.2.2', 'web1'],
  ['fd00::1', 'web1'],
  ['192.168.2.3', 'web2'],
  ['fd00::2', 'web2'],
].map(([address = '', name = '']) => ({ address, names: [`${name}.uml`, name] }));
const names = {
  network: 'default',
  bridge: 'uml0',
  address: '192.168.2.1',
  netmask: '255.255.255.0',
  networkAddress: '192.168.2.0',
  ipv6Prefix: 'fd00::',
  domain: 'uml',
  ownDomains: ['uml'],
  dns: true,
  dhcp: true,
  hosts: lines,
  leases: [],
};
const desired: Desired = {
  ...desiredWith(web1, web2),
  names: new Map([['default', names]]),
  hostNames: lines,
};

/** The addresses that the host and dnsmasq are told, where the second kernel is as given. */
function told(kernel: (known: KernelSeen) => KernelSeen): string[][] {
  const { kernels } = observedFor(desired);
  const seen = new Map(
    [...kernels].map(([path, each]) => [path, path === '/opt/linux' ? kernel(each) : each]),
  );
  const amiss = new Map([['default', 'it does not run']]);
  const observed = observedFor(desired, { kernels: seen, names: { installed: true, amiss, stale: [] } });
  return plan(desired, observed, 0).flatMap((step) => {
    if (step.kind === 'names.serve') return [step.names.hosts.map(({ address }) => address)];
    return step.kind === 'hosts.write' ? [step.lines.map((line) => line.split(' ')[0] ?? '')] : [];
  });
}

const all = lines.map(({ address }) => address);

it('names have the IPv6 addresses of guests whose kernels speak it, and of those not known yet', () => {
  expect(told((known) => known)).toEqual([all, all]);
  expect(told(() => ({ ok: false, problem: 'it is being built' }))).toEqual([all, all]);
});

it('names have no IPv6 addresses of guests whose kernels do not', () => {
  const without = told((known) =>
    known.ok ? { ...known, caps: { ...known.caps, ipv6: 'none' as const } } : known,
  );
  const some = all.filter((address) => address !== 'fd00::2');
  expect(without).toEqual([some, some]);
});
