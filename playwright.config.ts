import { defineConfig } from '@playwright/test';
import type { ShellOptions } from './tests/e2e/hum.ts';

/** One suite, two shells: every spec runs against the page in a browser and in the desktop window. */
export default defineConfig<ShellOptions>({
  testDir: 'tests/e2e',
  outputDir: 'test-results',
  // For a machine that is busy with other things too: a test that is well takes a few seconds.
  timeout: 120_000,
  expect: { timeout: 20_000 },
  // Each test has a console of its own.
  fullyParallel: true,
  workers: 2,
  retries: 0,
  forbidOnly: true,
  use: { trace: 'retain-on-failure' },
  projects: [
    {
      name: 'web',
      use: {
        shell: 'web',
        launchOptions: { executablePath: process.env.HUM_BROWSER ?? '/usr/bin/chromium' },
        viewport: { width: 1280, height: 800 },
      },
    },
    // *.web.spec.ts: what only a browser has, a link and a token.
    { name: 'desktop', testIgnore: '**/*.web.spec.ts', use: { shell: 'desktop' } },
  ],
});
