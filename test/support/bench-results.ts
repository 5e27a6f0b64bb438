import type { Results } from '../../src/bench/results.ts';

/** A run in which everything was measured and every target met. */
export const everything: Results = {
  environment: {
    kernel: 'Linux 6.12.1',
    guestKernel: '6.1.176',
    node: 'v20.19.0',
    cpus: 2,
    cpuModel: 'Example & Co <fast>',
    load: 0.5,
  },
  start: {
    root: { umlnfs: [1030, 1010, 1990], other: [1000, 990, 1010] },
    ready: { umlnfs: [1060, 1050, 1040], other: [1000, 1010, 1020] },
    untilProcess: [20, 22, 90],
  },
  fleet: { guests: 20, ready: { umlnfs: [2400], other: [2000] } },
  disk: {
    write: { umlnfs: [400, 420, 380], other: [50, 48, 52] },
    read: { umlnfs: [800], other: [80] },
  },
  tailored: { ready: { umlnfs: [4000], other: [10_000] } },
  reaction: { added: [100, 120], removed: [140, 160] },
  footprint: { guests: 20, seconds: 20, rssMiB: 150, pssMiB: 90, cpuPercent: 0.6 },
  problems: [],
};
