import { UserError } from '../../model/error.ts';
import type { NamesWanted } from '../../model/names.ts';

export interface Places {
  readonly hosts: string;
  readonly leases: string;
}

/** The configuration of the dnsmasq of one bridge, as dnsmasq(8) has it; what changes often is in files of its own. */
export function dnsmasqConfig(wanted: NamesWanted, user: string, places: Places): string {
  const { bridge, address, domain, ipv6Prefix } = wanted;
  const lines = [
    '# Written by umlnfs; changes are lost.',
    `user=${word(user)}`,
    // Nothing but the bridge, whenever it comes and goes.
    'bind-dynamic',
    'except-interface=lo',
    `interface=${word(bridge)}`,
    'no-hosts',
    `addn-hosts=${path(places.hosts)}`,
    'domain-needed',
    'bogus-priv',
    ...wanted.ownDomains.map((one) => `local=/${word(one)}/`),
    ...(wanted.dns ? [] : ['port=0']),
  ];
  if (wanted.dhcp) {
    lines.push(
      `dhcp-range=${word(wanted.networkAddress)},static,${word(wanted.netmask)},1h`,
      `dhcp-hostsfile=${path(places.leases)}`,
      // Guests that are not defined get nothing, and none gives itself a name.
      'dhcp-ignore=tag:!known',
      'dhcp-ignore-names',
      'dhcp-authoritative',
      // A lease is what the definitions say; nothing is to be remembered.
      'leasefile-ro',
      'no-ping',
      `dhcp-option=option:router,${word(address)}`,
      `dhcp-option=option:domain-name,${word(domain)}`,
      ...(wanted.dns
        ? [`dhcp-option=option:dns-server,${word(address)}`]
        : ['dhcp-option=option:dns-server']),
    );
  }
  if (ipv6Prefix !== undefined) {
    // Guests make their addresses of the prefix and their MAC addresses.
    lines.push('enable-ra', `dhcp-range=${word(ipv6Prefix)},ra-only,64`, 'leasefile-ro');
  }
  return `${[...new Set(lines)].join('\n')}\n`;
}

/** As in hosts(5). */
export function hostsText({ hosts }: NamesWanted): string {
  return hosts.map(({ address, names }) => `${word(address)} ${names.map(word).join(' ')}\n`).join('');
}

/** One `MAC,ADDRESS` a line. */
export function leasesText({ leases }: NamesWanted): string {
  return leases.map(({ mac, address }) => `${word(mac)},${word(address)}\n`).join('');
}

/** Commas, quotes, blanks, # and line ends all mean something to dnsmasq; nothing that is told to it has any of them. */
function word(text: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9.:_-]*$/.test(text)) throw unsayable(text);
  return text;
}

function path(text: string): string {
  if (!/^\/[A-Za-z0-9./_-]+$/.test(text)) throw unsayable(text);
  return text;
}

function unsayable(text: string): UserError {
  return new UserError('write the configuration of dnsmasq', `${JSON.stringify(text)} cannot be said in it`, {
    hint: 'use a path without blanks, commas and quotes',
  });
}
