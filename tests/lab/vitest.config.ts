import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';
import { startedLabs } from '../support/lab-host.ts';

const betweenTwo = 'tests/lab/migrate.test.ts';
/**
 * `npm test` runs what is Hum's promise (`HUM_LAB_CORE`); everything is run by `npm run lab -- test` and by `HUM_TEST_LAB=all npm test`. Left
 * out are what Xen itself and the lab's own tools do, which is other than before only with another image; actions and deployments that fail
 * half-way, which also fail in tests/integration (lifecycle.test.ts, deployment.test.ts): of a deployment's failures one of each kind stays in
 * deploy.test.ts; what else than a ping a deployment may wait for; volumes; and what needs a third host.
 */
const core = process.env.HUM_LAB_CORE === '1';
const beyondCore = ['xl-facts', 'lab', 'lifecycle-faults', 'deploy-faults', 'deploy-ready', 'volumes'].map(
  (name) => `tests/lab/${name}.test.ts`,
);

/** Tests against a real Xen host, apart from all others: `npm run lab -- test` starts it and runs them. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    // An emulated host: `xl create` takes 3 to 6 s, a reset up to a minute when the machine is busy, and both twice that on a slow one.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    projects: [
      {
        extends: true,
        // Each file changes its host.
        test: {
          name: 'lab',
          include: ['tests/lab/**/*.test.ts'],
          exclude: [betweenTwo, ...(core ? beyondCore : [])],
          maxWorkers: Math.max(1, startedLabs().length),
        },
      },
      // Last, and alone: it boots one more host.
      ...(core
        ? []
        : [{ extends: true as const, test: { name: 'two hosts', include: [betweenTwo], maxWorkers: 1, sequence: { groupOrder: 1 } } }]),
    ],
  },
});
