import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test as base, type Page } from '@playwright/test';
import { type RunningShell, startDesktop, startWeb } from './shells.ts';

export { expect } from '@playwright/test';

export interface ShellOptions {
  /** Which shell the specs of a project run in. */
  shell: 'web' | 'desktop';
  /** Flags to start the console with, beside its data folder: `test.use({ flags: ['--demo', '12'] })`. */
  flags: string[];
  /** Files of its home, by relative path, there before it starts: `{ '.ssh/config': 'Host web01\n' }`. */
  homeFiles: Record<string, string | Uint8Array>;
}

/** A console of its own for one test: fresh home, fresh data folder. */
export interface Hum {
  readonly shell: 'web' | 'desktop';
  readonly page: Page;
  readonly home: string;
  readonly dataDir: string;
  /** What the browser is opened with, token included; in the window, its address. */
  readonly link: string;
  /** What the page may complain about in this test, for tests that break something on purpose. Everything else fails the test. */
  readonly expectedComplaints: RegExp[];
  /** Ends the console; the page stays. Web only. */
  stop(): Promise<void>;
  /** Ends it as `kill -9` does, which leaves it no time for anything. Web only. */
  kill(): Promise<void>;
  /** Starts it again with the same data, port and token. Web only. */
  restart(): Promise<void>;
}

export const test = base.extend<ShellOptions & { hum: Hum }>({
  shell: ['web', { option: true }],
  flags: [[], { option: true }],
  homeFiles: [{}, { option: true }],

  hum: async ({ shell, flags, homeFiles, browser }, use, testInfo) => {
    const home = mkdtempSync(join(tmpdir(), 'hum-e2e-'));
    const dataDir = join(home, 'data');
    mkdirSync(join(home, '.ssh'), { mode: 0o700 });
    for (const [path, text] of Object.entries(homeFiles)) {
      mkdirSync(dirname(join(home, path)), { recursive: true, mode: 0o700 });
      writeFileSync(join(home, path), text, { mode: 0o600 });
    }
    const complaints: string[] = [];
    const expectedComplaints: RegExp[] = [];
    const started = shell === 'web' ? await startWeb(browser, home, dataDir, flags) : await startDesktop(home, dataDir, flags);
    listenForComplaints(started.page, complaints);
    try {
      await started.show();
      await use(humOf(shell, home, dataDir, started, expectedComplaints));
      const unexpected = complaints.filter((complaint) => !expectedComplaints.some((pattern) => pattern.test(complaint)));
      if (unexpected.length > 0) throw new Error(`The page complained:\n${unexpected.join('\n')}`);
    } finally {
      await started.end();
      if (testInfo.status !== testInfo.expectedStatus) {
        await testInfo.attach('what the console printed', { body: started.printed(), contentType: 'text/plain' });
      }
      // A process of Electron that ends a moment after the others may still write there.
      rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
    }
  },

  /** The page of the test's own console. */
  page: async ({ hum }, use) => use(hum.page),
});

function humOf(shell: 'web' | 'desktop', home: string, dataDir: string, started: RunningShell, expectedComplaints: RegExp[]): Hum {
  const { page, link, stop, kill, restart } = started;
  return { shell, page, home, dataDir, link, expectedComplaints, stop, kill, restart };
}

/** Errors on the page's console (what breaks the Content Security Policy among them), exceptions and rejections that nobody caught. */
function listenForComplaints(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => complaints.push(error.stack ?? error.message));
  page.on('crash', () => complaints.push('the page crashed'));
}
