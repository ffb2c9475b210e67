import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/unit/**/*.test.ts', 'tests/integration/**/*.test.ts'],
    // They try what Unix alone has: its shells, its file modes, its ssh.
    exclude: process.platform === 'win32' ? ['tests/unit/ssh-{config,known-hosts,quote}.test.ts'] : [],
    // Longer than any test waits for a state (tests/support/patience.ts), so that what fails is the wait, which says for what.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // The integration tests wait for real servers and for the disk: two cores carry four side by side. On a machine that takes long to start a
    // process, more would only make each test wait for the others.
    maxWorkers: 4,
  },
});
