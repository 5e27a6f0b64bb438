import { expect, test } from 'vitest';
import type { Host } from './host.ts';

/** A guest under systemd on Debian's own kernel. Leaves web2 ready, and web1 stopped. */
export function lifeTests(host: () => Host): void {
  // Its exit status tells whether the guest runs.
  const status = async (guest: string) => {
    const [one] = JSON.parse((await host().run(`umlnfs status --json ${guest}`)).stdout);
    return one;
  };

  test('it is active, on a tap of its own, as a user who is nobody else', async () => {
    expect(await host().unit('web2', 'StatusText')).toContain('192.168.2.3');
    expect(await host().shell('ip -o -d link show uml-web2')).toMatch(/master uml0 .*tun type tap/);
    const pid = await host().unit('web2', 'MainPID');
    expect(await host().shell(`readlink /proc/${pid}/exe`)).toBe('/usr/bin/linux.uml');
    expect(Number(await host().shell(`stat -c %u /proc/${pid}`))).toBeGreaterThan(65_536);
    const capabilities = await host().shell(`grep -E '^Cap(Eff|Prm|Bnd)' /proc/${pid}/status`);
    expect(capabilities).toMatch(/^(Cap\w+:\t0+\n?){3}$/);
  });

  test('killed, it is started again', async () => {
    const before = await host().unit('web2', 'MainPID');
    await host().shell(`kill -9 ${before}`);
    await host().untilRestarted('web2', before);
    expect(await host().unit('web2', 'NRestarts')).toBe('1');
    expect(await host().inside('web2', 'cat /name')).toBe('web2 was here');
  });

  test('panicked, it is started again', async () => {
    const before = await host().unit('web2', 'MainPID');
    await host().tell('web2', 'echo c > /proc/sysrq-trigger');
    await host().untilRestarted('web2', before);
    expect(await host().unit('web2', 'NRestarts')).toBe('2');
    expect(await status('web2')).toMatchObject({ lastEndReason: 'panic', restarts: 2 });
    expect(await host().inside('web2', 'cat /name')).toBe('web2 was here');
  });

  test('it goes on while the daemon is killed, and the next daemon adopts it', async () => {
    const before = await host().unit('web2', 'MainPID');
    const daemon = await host().shell('systemctl show --property=MainPID --value umlnfsd');
    await host().shell(`kill -9 ${daemon}`);
    await host().untilAnother('umlnfsd.service', daemon, 300);
    expect(await status('web2')).toMatchObject({ state: 'running', pid: Number(before), restarts: 2 });
    expect(await host().unit('web2', 'MainPID')).toBe(before);
  });

  test('stopped, it shuts down in order and stays so', async () => {
    await host().shell('systemctl stop umlnfs@web1');
    expect(await host().unit('web1', 'ActiveState')).toBe('inactive');
    expect(await host().unit('web1', 'Result')).toBe('success');
    expect(await host().shell('journalctl --no-pager -u umlnfs@web1 -n 30')).toMatch(/Power down/);
    expect(await status('web1')).toMatchObject({ state: 'stopped' });
  });
}
