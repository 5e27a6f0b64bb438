import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkTun } from '../../../../src/adapters/uml/tun.ts';

let directory: string;
let device: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'umlnfs-tun-'));
  device = join(directory, 'tun');
});

afterEach(() => rm(directory, { recursive: true }));

const refusal = () =>
  checkTun('start guest web1', device).then(
    () => '',
    (error: Error) => error.message,
  );

it('says why guests have no network, and what to do', async () => {
  expect(await refusal()).toMatch(/^cannot start guest web1: \/dev\/net\/tun: it does not exist/);
  await writeFile(device, '');
  expect(await refusal()).toMatch(/is not the tun device/);
  await rm(device);
  execFileSync('mknod', ['--mode=600', device, 'c', '10', '200']);
  expect(await refusal()).toMatch(/its mode 0600 keeps them out/);
  await chmod(device, 0o666);
  expect(await refusal()).not.toMatch(/mode/);
});
