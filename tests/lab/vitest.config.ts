import { resolve } from 'node:path';
import { defineConfig } from 'vitest/config';

/** Tests against a real Xen host, apart from all others: `npm run lab -- test` starts it and runs them. */
export default defineConfig({
  root: resolve(import.meta.dirname, '../..'),
  test: {
    include: ['tests/lab/**/*.test.ts'],
    // There is one host, and each file changes it.
    fileParallelism: false,
    // An emulated host: `xl create` takes 3 to 6 s, a reset up to a minute when the machine is busy.
    testTimeout: 180_000,
    hookTimeout: 240_000,
  },
});
