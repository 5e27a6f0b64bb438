import { describe, expect, test } from 'vitest';
import type { GuestSeen, Observed } from '../../../src/model/observed.ts';
import { plan, unseen } from '../../../src/plan/plan.ts';
import { desiredWith, guestWanted, observedFor, runningGuest } from '../../support/model.ts';

const web1 = guestWanted();
const desired = desiredWith(web1);
const now = 100_000;

function kinds(observed: Observed, at = now, wanted = desired): string[] {
  return plan(wanted, observed, at).map((step) => step.kind);
}

function withGuest(seen: GuestSeen, change: Partial<Observed> = {}): Observed {
  return observedFor(desired, { guests: new Map([['web1', seen]]), ...change });
}

describe('from nothing', () => {
  const nothing = observedFor(desired, {
    bridges: new Map(),
    taps: new Map(),
    exporter: { kind: 'exportfs', running: true, exports: [] },
    roots: new Map([['web1', { exists: true, tailored: false }]]),
  });

  test('everything a guest needs comes before it, in order', () => {
    expect(kinds(nothing)).toEqual([
      'bridge.ensure',
      'tap.ensure',
      'export.add',
      'root.tailor',
      'guest.start',
    ]);
  });

  test('the plan is a function of its arguments', () => {
    expect(plan(desired, nothing, now)).toEqual(plan(desired, nothing, now));
  });

  test('a root whose definition says so is not tailored', () => {
    const wanted = desiredWith(guestWanted({ tailor: false }));
    expect(kinds(nothing, now, wanted)).toEqual(['bridge.ensure', 'tap.ensure', 'export.add', 'guest.start']);
  });

  test('no guest starts before the NFS server runs', () => {
    const observed = { ...nothing, exporter: { kind: 'ganesha', running: false, exports: [] } } as const;
    expect(kinds(observed)).toEqual(['bridge.ensure', 'exporter.start', 'tap.ensure']);
  });

  test('an initramfs is built first where the kernel needs one', () => {
    const kernel = observedFor(desired).kernels.get(web1.kernel);
    if (!kernel?.ok) throw new Error('fixture');
    const kernels = new Map([[web1.kernel, { ...kernel, initramfs: new Map() }]]);
    expect(kinds(observedFor(desired, { kernels }))).toEqual(['initramfs.build']);
  });

  test('without definitions nothing is made', () => {
    const none = desiredWith();
    expect(kinds(observedFor(none, { bridges: new Map() }), now, none)).toEqual([]);
  });
});

test('the bridge of before goes when the new one is there, and the taps move over', () => {
  const taps = new Map(
    [...observedFor(desired).taps].map(([name, tap]) => [name, { ...tap, master: 'old0' }] as const),
  );
  const old0 = { name: 'old0', addresses: ['192.168.2.1/24'], up: true, ours: true };
  const change = { bridges: new Map([['old0', old0]]), taps };
  const running = withGuest(runningGuest(web1, desired), change);
  expect(kinds(running)).toEqual(['bridge.ensure', 'bridge.remove', 'tap.ensure']);
  expect(kinds(withGuest(runningGuest(web1, desired)))).toEqual([]);
});

describe('a guest that runs as defined', () => {
  test('needs nothing', () => {
    expect(kinds(withGuest(runningGuest(web1, desired)))).toEqual([]);
  });

  test.each([
    ['bridge', { bridges: new Map() }, 'bridge.ensure'],
    [
      'bridge address',
      { bridges: new Map([['uml0', { name: 'uml0', addresses: [], up: true, ours: true }]]) },
      'bridge.ensure',
    ],
    ['tap', { taps: new Map() }, 'tap.ensure'],
    ['export', { exporter: { kind: 'exportfs', running: true, exports: [] } }, 'export.add'],
    ['server', { exporter: { kind: 'exportfs', running: false, exports: [] } }, 'exporter.start'],
  ] as const)('gets its %s back without a restart', (_what, change, step) => {
    expect(kinds(withGuest(runningGuest(web1, desired), change as Partial<Observed>))).toEqual([step]);
  });

  test('goes on when only what is not on its command line changes', () => {
    const seen = runningGuest(web1, desired);
    const changed = desiredWith(guestWanted({ description: 'new', health: { ...web1.health, interval: 9 } }));
    expect(kinds(observedFor(changed, { guests: new Map([['web1', seen]]) }), now, changed)).toEqual([]);
  });

  test('goes on when the initramfs was built anew', () => {
    const seen = runningGuest(web1, desired);
    const kernel = observedFor(desired).kernels.get(web1.kernel);
    if (!kernel?.ok) throw new Error('fixture');
    const kernels = new Map([
      [web1.kernel, { ...kernel, initramfs: new Map([['', '/var/cache/umlnfs/initramfs-2.cpio']]) }],
    ]);
    expect(kinds(withGuest(seen, { kernels }))).toEqual([]);
  });

  test('goes on when its network gets IPv6, which it speaks after its next start', () => {
    const changed = desiredWith(guestWanted({ network: { ...web1.network, ipv6: 'fd00:2::2' } }));
    const guests = new Map([['web1', runningGuest(web1, desired)]]);
    const seen = observedFor(changed, { guests });
    expect(kinds(seen, now, changed).filter((kind) => kind.startsWith('guest.'))).toEqual([]);
  });

  test('is stopped when it becomes a server, though the initramfs for that is not built yet', () => {
    const changed = desiredWith(guestWanted({ serves: true }));
    const guests = new Map([['web1', runningGuest(web1, desired)]]);
    const seen = observedFor(changed, { guests });
    const kernel = seen.kernels.get(web1.kernel);
    if (!kernel?.ok) throw new Error('fixture');
    const kernels = new Map([[web1.kernel, { ...kernel, initramfs: new Map() }]]);
    expect(kinds({ ...seen, kernels }, now, changed)).toEqual(['guest.stop']);
  });

  test('is stopped in order when its memory changes, and the reason names the change', () => {
    const changed = desiredWith(guestWanted({ memoryBytes: 256 * 1024 * 1024 }));
    const guests = new Map([['web1', runningGuest(web1, desired)]]);
    const steps = plan(changed, observedFor(changed, { guests }), now);
    expect(steps).toMatchObject([{ kind: 'guest.stop', phase: 'ctrl-alt-del', reason: 'stopped' }]);
    expect(steps[0]?.why).toContain('mem=');
  });

  test('is restarted when its tap was made anew under it', () => {
    const taps = new Map(observedFor(desired).taps);
    const tap = taps.get('uml-web1');
    if (tap === undefined) throw new Error('fixture');
    taps.set('uml-web1', { ...tap, carrier: false, idleSince: now });
    const observed = withGuest(runningGuest(web1, desired), { taps });
    // A guest that powers off lets go of its tap a moment before its process ends.
    expect(plan(desired, observed, now + 1_999)).toMatchObject([{ kind: 'wait', until: now + 2_000 }]);
    const steps = plan(desired, observed, now + 2_000);
    expect(steps).toMatchObject([{ kind: 'guest.stop', phase: 'halt', reason: 'crash' }]);
  });

  test('is killed when it hangs', () => {
    const health = { failures: 3, lastOkAt: 0, lastError: 'no answer' };
    const steps = plan(desired, withGuest(runningGuest(web1, desired, { health })), now);
    expect(steps).toMatchObject([{ kind: 'guest.stop', phase: 'kill', reason: 'hang' }]);
  });

  test('is shut down, and not killed, when only its TCP port does not answer', () => {
    const health = { failures: 3, lastOkAt: 0, lastError: 'TCP port 80', kernelAnswers: true };
    const steps = plan(desired, withGuest(runningGuest(web1, desired, { health })), now);
    expect(steps).toMatchObject([{ kind: 'guest.stop', phase: 'sync', reason: 'hang' }]);
  });
});

describe('a guest on its way down', () => {
  const stop = {
    phase: 'ctrl-alt-del',
    since: now,
    cause: 'an operator stopped it',
    reason: 'stopped',
  } as const;

  test('has its time', () => {
    const steps = plan(desired, withGuest(runningGuest(web1, desired, { stop })), now + 29_999);
    expect(steps).toMatchObject([{ kind: 'wait', until: now + 30_000 }]);
  });

  test('is pressed harder phase by phase', () => {
    const phases = ['ctrl-alt-del', 'sync', 'halt', 'term', 'kill'] as const;
    const next = phases.map((phase) => {
      const seen = runningGuest(web1, desired, { stop: { ...stop, phase } });
      const [step] = plan(desired, withGuest(seen), now + 30_000);
      return step?.kind === 'guest.stop' ? step.phase : step?.kind;
    });
    expect(next).toEqual(['sync', 'halt', 'term', 'kill', 'kill']);
  });
});

describe('a guest that ended', () => {
  const ended = (reason: NonNullable<GuestSeen['end']>['reason']): GuestSeen => ({
    ...unseen,
    end: { reason, at: now, detail: '', wasReady: true },
  });

  test('by power-off stays stopped', () => {
    expect(kinds(withGuest(ended('power-off')))).toEqual([]);
  });

  test('by reboot starts again at once', () => {
    expect(kinds(withGuest(ended('reboot')))).toEqual(['guest.start']);
  });

  test('by a crash waits out its backoff', () => {
    const seen = { ...ended('crash'), notBefore: now + 1_000 };
    expect(kinds(withGuest(seen))).toEqual(['wait']);
    expect(kinds(withGuest(seen), now + 1_000)).toEqual(['guest.start']);
  });

  test('in quarantine is left alone', () => {
    expect(kinds(withGuest({ ...ended('panic'), quarantined: true }))).toEqual([]);
  });

  test('and was stopped by an operator is left alone', () => {
    expect(kinds(withGuest({ ...ended('stopped'), intent: 'stop' }))).toEqual([]);
  });
});

describe('a guest whose definition was removed', () => {
  const none = desiredWith();
  const seen = runningGuest(web1, desired);
  const left: Partial<Observed> = {
    taps: observedFor(desired).taps,
    exporter: observedFor(desired).exporter,
  };

  test('is stopped before its tap and export go', () => {
    const observed = observedFor(none, { ...left, guests: new Map([['web1', seen]]) });
    expect(kinds(observed, now, none)).toEqual(['guest.stop']);
  });

  test('leaves nothing behind', () => {
    const observed = observedFor(none, { ...left, guests: new Map([['web1', unseen]]) });
    expect(kinds(observed, now, none)).toEqual(['guest.forget', 'tap.remove', 'export.remove']);
  });
});

describe('what cannot start', () => {
  test('a missing root says so and is looked at again', () => {
    const roots = new Map([['web1', { exists: false, tailored: false }]]);
    const steps = plan(desired, observedFor(desired, { roots }), now);
    expect(steps).toMatchObject([{ kind: 'blocked', guest: 'web1' }, { kind: 'wait' }]);
    expect(steps[0]?.why).toMatch(/^cannot start guest web1: its root \/export\/web1 does not exist/);
  });

  test('keeps nobody else from starting', () => {
    const network = { ...web1.network, address: '192.168.2.3', tap: 'uml-web2', mac: '02:00:00:00:00:03' };
    const web2 = guestWanted({ name: 'web2', network });
    const both = desiredWith(web1, web2);
    const roots = new Map([
      ['web1', { exists: false, tailored: false }],
      ['web2', { exists: true, tailored: true }],
    ]);
    const starts = plan(both, observedFor(both, { roots }), now).filter(
      (step) => step.kind === 'guest.start',
    );
    expect(starts.map((step) => step.guest)).toEqual(['web2']);
  });

  test('a failed step is not tried again before its time', () => {
    const seen = { ...unseen, problem: 'cannot make tap', retryAt: now + 500 };
    expect(kinds(withGuest(seen, { taps: new Map() }))).toEqual(['wait']);
    expect(kinds(withGuest(seen, { taps: new Map() }), now + 500)).toEqual(['tap.ensure', 'guest.start']);
  });
});

describe('a shared step that failed', () => {
  const failure = (step: 'bridge.ensure' | 'exporter.start' | 'initramfs.build') =>
    ({
      sharedFailures: [
        {
          step,
          network: step === 'bridge.ensure' ? 'default' : undefined,
          problem: 'no',
          retryAt: now + 500,
        },
      ],
    }) as const;
  const ganesha = { exporter: { kind: 'ganesha', running: false, exports: [] } } as const;

  test('is not tried again before its time', () => {
    const observed = observedFor(desired, { ...ganesha, ...failure('exporter.start') });
    expect(kinds(observed)).toEqual(['wait']);
    expect(kinds(observed, now + 500)).toEqual(['exporter.start']);
  });

  test('of the NFS server keeps no guest waiting whose root is elsewhere', () => {
    const root = { ...web1.root, server: '192.168.2.9', local: false };
    const remote = { ...desiredWith(guestWanted({ root })), exports: new Map() };
    const observed = observedFor(remote, { ...ganesha, ...failure('exporter.start'), roots: new Map() });
    expect(kinds(observed, now, remote)).toEqual(['wait', 'guest.start']);
  });

  test('of the bridge keeps every guest waiting', () => {
    expect(kinds(observedFor(desired, { bridges: new Map(), ...failure('bridge.ensure') }))).toEqual([
      'wait',
    ]);
  });

  test('of an initramfs keeps those waiting that need it', () => {
    const kernel = observedFor(desired).kernels.get(web1.kernel);
    if (!kernel?.ok) throw new Error('fixture');
    const kernels = new Map([[web1.kernel, { ...kernel, initramfs: new Map() }]]);
    expect(kinds(observedFor(desired, { kernels, ...failure('initramfs.build') }))).toEqual(['wait']);
  });
});

describe('guests of one kernel', () => {
  test('have one initramfs built', () => {
    const network = { ...web1.network, address: '192.168.2.3', tap: 'uml-web2', mac: '02:00:00:00:00:03' };
    const both = desiredWith(web1, guestWanted({ name: 'web2', network }));
    const kernel = observedFor(desired).kernels.get(web1.kernel);
    if (!kernel?.ok) throw new Error('fixture');
    const kernels = new Map([[web1.kernel, { ...kernel, initramfs: new Map() }]]);
    expect(kinds(observedFor(both, { kernels }), now, both)).toEqual(['initramfs.build']);
  });
});

test('NFS version 3 from NFS-Ganesha is refused in words', () => {
  const root = { ...web1.root, options: ['vers=3', 'proto=tcp'], versionGiven: true };
  const old = desiredWith(guestWanted({ root }));
  const exporter = { ...observedFor(old).exporter, kind: 'ganesha' } as const;
  const [blocked] = plan(old, observedFor(old, { exporter }), now);
  expect(blocked).toMatchObject({ kind: 'blocked' });
  expect(blocked?.why).toContain('NFS version 4');
  const byHand = { ...old, exports: new Map() };
  const none = { ...exporter, exports: [] };
  expect(kinds(observedFor(byHand, { exporter: none }), now, byHand)).toEqual(['guest.start']);
});
