import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { exportTests } from './exports.ts';
import { Host } from './host.ts';
import { lifeTests } from './life.ts';
import { limitTests } from './limits.ts';
import { rootTests } from './roots.ts';

let host: Host;

// The machine is emulated: everything takes ten times as long as elsewhere, and there is one for all tests.
beforeAll(async () => {
  host = await Host.make(['web1', 'web2', 'base']);
  // Its kernel would have more memory than its unit gets in a test.
  await host.define('web1', '192.168.2.2', '', '[Restart]\nDelaySec=100ms\n', '128M');
  await host.define('web2', '192.168.2.3');
}, 900_000);
afterAll(() => host?.dispose());
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') console.error(await host.story());
}, 300_000);

describe('exports of the kernel', () => exportTests(() => host));
describe('roots with something beneath', () => rootTests(() => host));
describe('limits of a guest', () => limitTests(() => host));
describe('the life of a guest', () => lifeTests(() => host));

test('a host that shuts down ends its guests in order, and the server and the daemon after them', async () => {
  const console = await host.powerOff();
  const at = (unit: string) => console.search(new RegExp(`Stopped .*${unit}`));
  const guest = at('umlnfs@web2\\.service');
  expect(guest).toBeGreaterThan(0);
  expect(at('nfs-server\\.service')).toBeGreaterThan(guest);
  expect(at('umlnfsd\\.service')).toBeGreaterThan(guest);
  expect(console).not.toMatch(/Failed .*umlnfs/);
});
