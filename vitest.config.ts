import { defineConfig } from 'vitest/config';

// A directory for machine-readable reports, one for each run of vitest.
const reports = process.env.UMLNFS_TEST_REPORTS;

// A deadline only bounds a failure; vitest's own is a second.
const poll = { timeout: 30_000 };

export default defineConfig({
  test: {
    reporters:
      reports === undefined
        ? ['default']
        : ['default', ['json', { outputFile: `${reports}/${process.pid}-${Date.now()}.json` }]],
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.ts'], expect: { poll } } },
      { test: { name: 'golden', include: ['test/golden/**/*.test.ts'] } },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          globalSetup: ['test/support/require-namespace.ts'],
          expect: { poll },
          // Real kernels on small machines: one file at a time, and time to boot.
          fileParallelism: false,
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/system/**/*.test.ts'],
          globalSetup: ['test/system/setup.ts'],
          // One container after the other; guests boot in it, and others may need the machine as well.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: 'kernel',
          include: ['test/kernel/**/*.test.ts'],
          globalSetup: ['test/support/require-namespace.ts'],
          // A kernel is compiled.
          hookTimeout: 3_600_000,
          testTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'machine',
          include: ['test/machine/**/*.test.ts'],
          // An emulated machine takes ten times as long.
          testTimeout: 600_000,
        },
      },
    ],
  },
});
