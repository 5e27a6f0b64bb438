import { bridgeName } from '../model/bridge-name.ts';
import type { Problem } from '../model/problem.ts';
import { type Assigned, NOTHING_ASSIGNED, settingsOf } from './assign.ts';
import { networkTable } from './bridge-table.ts';
import { DEFAULT_NETWORK, type Network } from './network.ts';
import { parseFile } from './parse-file.ts';
import { rangeProblem } from './range.ts';
import { networkSections } from './sections.ts';
import type { NetworkSource, Origin } from './source.ts';

export interface NetworkParse {
  /** Undefined where there are errors. */
  readonly network: Network | undefined;
  readonly problems: readonly Problem[];
}

/** Reads the files of one network. What can only be judged together with the others is left to the catalog. */
export function parseNetwork(source: NetworkSource): NetworkParse {
  const { name, file } = source;
  const problems: Problem[] = [...source.problems];
  const refuse = (message: string) =>
    problems.push({ severity: 'error', file, line: undefined, guest: undefined, message });
  if (name === DEFAULT_NETWORK) {
    refuse(
      'cannot use a network of this name: default is the bridge of /etc/umlnfs.conf; rename the file, or write [Bridge] there',
    );
    return { network: undefined, problems };
  }
  let assigned: Assigned = NOTHING_ASSIGNED;
  for (const one of source.files) {
    const parsed = parseFile(networkTable, networkSections, one, assigned, undefined);
    for (const problem of parsed.problems) problems.push(problem);
    assigned = parsed.assigned;
  }
  const { bridge } = settingsOf(networkTable, assigned);
  const { address } = bridge;
  const broken = problems.some(({ severity }) => severity === 'error');
  if (address === undefined) {
    if (!broken)
      refuse('cannot use the network: Address= of [Bridge] is missing; write one such as 192.168.3.1/24');
    return { network: undefined, problems };
  }
  if (broken) return { network: undefined, problems };
  const written = new Map<string, Origin>();
  for (const [id, origin] of assigned.origins) written.set(id.replace(/^bridge\./, ''), origin);
  const outside = rangeProblem(address, bridge.range);
  if (outside !== undefined) {
    const origin = written.get('range');
    problems.push({
      severity: 'error',
      file: origin?.file ?? file,
      line: origin?.line,
      guest: undefined,
      message: outside,
    });
    return { network: undefined, problems };
  }
  const complete = { ...bridge, address, name: bridge.name ?? bridgeName(name) };
  return { network: { name, file, bridge: complete, written }, problems };
}
