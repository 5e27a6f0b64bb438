import { expect, test } from 'vitest';
import type { Host } from './host.ts';

const mebibyte = 1024 * 1024;
const group = '/umlnfs.slice/umlnfs@web1.service';

/** What `systemctl edit` says, held against the kernel's cgroups. Leaves web1 and web2 ready. */
export function limitTests(host: () => Host): void {
  const cgroup = async (guest: string, file: string) =>
    host().shell(`cat /sys/fs/cgroup${await host().unit(guest, 'ControlGroup')}/${file}`);

  test('MemoryMax= and CPUQuota= of systemctl edit are in force', async () => {
    const edit = '[Service]\nMemoryMax=88M\nMemorySwapMax=0\nCPUQuota=50%\n';
    await host().shell(`printf '${edit.replace(/%/g, '%%')}' | systemctl edit --stdin umlnfs@web1`);
    await host().shell('systemctl restart umlnfs@web1');
    expect(await host().unit('web1', 'ControlGroup')).toBe(group);
    expect(await cgroup('web1', 'memory.max')).toBe(String(88 * mebibyte));
    expect(await cgroup('web1', 'cpu.max')).toBe('50000 100000');
    expect(await cgroup('web1', 'cgroup.procs')).toContain(await host().unit('web1', 'MainPID'));
    expect(await cgroup('web2', 'memory.max')).toBe('max');
    expect(await cgroup('web2', 'cpu.max')).toBe('max 100000');
  });

  test('a guest that computes without end gets what its quota says', async () => {
    const look = async () => {
      const text = await host().shell(`cat /proc/uptime /sys/fs/cgroup${group}/cpu.stat`);
      const value = (name: string) => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]);
      return {
        seconds: Number.parseFloat(text),
        used: value('usage_usec') / 1e6,
        throttled: value('nr_throttled'),
      };
    };
    const throttled = `awk '/^nr_throttled/ { print $2 }' /sys/fs/cgroup${group}/cpu.stat`;
    await host().tell('web1', 'while :; do :; done & echo $! > /busy');
    const begin = await look();
    await host().until('it to be throttled', `[ $(${throttled}) -gt ${begin.throttled + 50} ]`, 60);
    const end = await look();
    await host().inside('web1', 'kill $(cat /busy)');
    expect((end.used - begin.used) / (end.seconds - begin.seconds)).toBeLessThan(0.6);
    expect(await host().unit('web1', 'ActiveState')).toBe('active');
  });

  test('a guest that takes more memory than it may is ended, told and started again', async () => {
    const [web1 = '', web2] = await Promise.all(
      ['web1', 'web2'].map((guest) => host().unit(guest, 'MainPID')),
    );
    const restarts = Number(await host().unit('web1', 'NRestarts'));
    const fill = 'dd if=/dev/zero of=/tmp/all bs=1M count=96';
    await host().tell('web1', `mount -t tmpfs -o size=100m tmpfs /tmp; ${fill}`);
    await host().untilRestarted('web1', web1);
    expect(Number(await host().unit('web1', 'NRestarts'))).toBe(restarts + 1);
    expect(await host().shell('journalctl --no-pager -u umlnfs@web1')).toMatch(
      /Failed with result 'oom-kill'/,
    );
    // In force for the new one as well.
    expect(await cgroup('web1', 'memory.max')).toBe(String(88 * mebibyte));
    expect(await host().unit('web2', 'MainPID')).toBe(web2);
  });
}
