import type { RouteWanted } from '../model/beyond.ts';
import type { Desired } from '../model/desired.ts';
import type { Observed, RouteSeen } from '../model/observed.ts';
import type { Step } from './step.ts';

/** The ways out of the networks, and back: none of it keeps a guest from starting. */
export function planBeyond(desired: Desired, observed: Observed): Step[] {
  return [
    ...planPorts(desired, observed),
    ...planRoutes(desired, observed),
    ...planForwarding(desired, observed),
  ];
}

function planPorts(desired: Desired, observed: Observed): Step[] {
  const steps: Step[] = [];
  for (const port of desired.beyond.ports) {
    const seen = observed.ports.get(port.interface);
    const why =
      seen?.master !== port.bridge
        ? `${port.interface} is not plugged into bridge ${port.bridge}`
        : seen.up
          ? undefined
          : `${port.interface} is down`;
    if (why !== undefined) steps.push({ kind: 'port.attach', port, why });
  }
  if (desired.incomplete === true) return steps;
  for (const { name, ours } of observed.ports.values()) {
    if (!ours || desired.beyond.ports.some((port) => port.interface === name)) continue;
    steps.push({ kind: 'port.release', interface: name, why: 'no network has it as its uplink any more' });
  }
  return steps;
}

function planRoutes(desired: Desired, observed: Observed): Step[] {
  const wanted = desired.beyond.routes;
  const stale = observed.routes.filter((seen) => !wanted.some((route) => sameRoute(route, seen)));
  const missing = wanted.filter((route) => !observed.routes.some((seen) => sameRoute(route, seen)));
  // First the old ones: a destination has one way.
  return [
    ...(desired.incomplete === true ? [] : stale).map((route): Step => {
      return { kind: 'route.remove', route, why: 'no network has it any more' };
    }),
    ...missing.map((route): Step => {
      return { kind: 'route.add', route, why: `there is no route to ${route.destination} via ${route.via}` };
    }),
  ];
}

function sameRoute({ destination, via, bridge }: RouteWanted, seen: RouteSeen): boolean {
  return seen.destination === destination && seen.via === via && seen.device === bridge;
}

function planForwarding(desired: Desired, observed: Observed): Step[] {
  const families = desired.beyond.forwards.filter((family) => !observed.forwards.includes(family));
  if (families.length === 0) return [];
  const why = 'a network has an uplink, and this host passes nothing on';
  return [{ kind: 'forwarding.enable', families, why }];
}
