import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './tests/e2e/hum.ts';
import { startedLabs } from './tests/support/lab-host.ts';

const inBrowser = {
  shell: 'web',
  launchOptions: { executablePath: process.env.HUM_BROWSER ?? '/usr/bin/chromium' },
  viewport: { width: 1280, height: 800 },
} as const;

/** One suite, two shells: every spec runs against the page in a browser and in the desktop window. Those of `lab` need its Xen host. */
export default defineConfig<ShellOptions>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  // For a machine that is busy with other things too: a test that is well takes a few seconds.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Each test has a console of its own.
  fullyParallel: true,
  // Each waits for its console, its host and its browser by turns: two cores carry three.
  workers: 3,
  retries: 0,
  forbidOnly: true,
  // A trace costs an eighth of the time: `--trace on` where one is wanted.
  use: { trace: 'off' },
  projects: [
    { name: 'web', testIgnore: '**/lab/**', use: inBrowser },
    // *.web.spec.ts: what only a browser has, a link and a token.
    { name: 'desktop', testIgnore: ['**/lab/**', '**/*.web.spec.ts'], use: { shell: 'desktop' } },
    // Each test changes its host (tests/lab/README.md). It is emulated: what takes a second elsewhere takes ten.
    {
      name: 'lab',
      testMatch: '**/lab/**/*.spec.ts',
      use: inBrowser,
      workers: Math.max(1, startedLabs().length),
      timeout: 900_000,
      expect: { timeout: 90_000 },
    },
  ],
});
