import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { startedLabs } from '../support/lab-host.ts';

const betweenTwo = 'tests/lab/migrate.test.ts';

/** Tests against a real Xen host, apart from all others: `npm run lab -- test` starts it and runs them. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    // An emulated host: `xl create` takes 3 to 6 s, a reset up to a minute when the machine is busy.
    testTimeout: 180_000,
    hookTimeout: 240_000,
    projects: [
      {
        extends: true,
        // Each file changes its host.
        test: { name: 'lab', include: ['tests/lab/**/*.test.ts'], exclude: [betweenTwo], maxWorkers: Math.max(1, startedLabs().length) },
      },
      // Last, and alone: it boots one more host.
      { extends: true, test: { name: 'two hosts', include: [betweenTwo], maxWorkers: 1, sequence: { groupOrder: 1 } } },
    ],
  },
});
