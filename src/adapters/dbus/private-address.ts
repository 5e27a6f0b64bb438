import { join } from 'node:path';

/** The socket of the private bus of a runtime directory. */
export function privateBusSocket(runtime: string): string {
  return join(runtime, 'bus');
}

/** The address of the private bus of a runtime directory, whether it runs or not. */
export function privateBusAddress(runtime: string): string {
  return `unix:path=${privateBusSocket(runtime)}`;
}
