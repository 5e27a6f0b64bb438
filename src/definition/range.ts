import { contains, formatNetwork, type Ipv4Network } from '../model/ipv4.ts';
import type { Ipv4Range } from './value-types/network.ts';

/** What is wrong with Range= of a network; undefined where nothing is. */
export function rangeProblem(address: Ipv4Network, range: Ipv4Range | undefined): string | undefined {
  if (range === undefined || (contains(address, range.first) && contains(address, range.last)))
    return undefined;
  return `cannot use Range=${range.first}-${range.last}: it is not within the bridge's network ${formatNetwork(address)}`;
}
