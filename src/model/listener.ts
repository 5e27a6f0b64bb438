/** Who listens where, of those that dnsmasq may have in its way. */

/** A socket of this host that takes what is sent to a port. */
export interface Listener {
  /** `named (pid 42)` */
  readonly who: string;
  /** As ss(8) prints it: `ADDRESS:PORT`, `ADDRESS%INTERFACE:PORT`; the address is `*` or `0.0.0.0` for all. */
  readonly local: string;
}

export const dnsPort = 53;
export const dhcpPort = 67;

/** The ports that dnsmasq needs for what a network asks for. */
export function portsFor({ dns, dhcp }: { readonly dns: boolean; readonly dhcp: boolean }): number[] {
  return [...(dns ? [dnsPort] : []), ...(dhcp ? [dhcpPort] : [])];
}

/** `named (pid 42) on 0.0.0.0:53, …`, each once. */
export function listenersText(listeners: readonly Listener[]): string {
  return [...new Set(listeners.map(({ who, local }) => `${who} on ${local}`))].join(', ');
}
