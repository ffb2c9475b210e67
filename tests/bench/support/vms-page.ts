import { mkdirSync } from 'node:fs';
import { type Browser, chromium } from '@playwright/test';
import { startWebShell } from './web-shell.ts';

const patienceMs = 240_000;
/** The demo has two hosts that let nobody in, one whose xl may not be used, and one that is away now and then. */
const awayHosts = 6;

/** From the start of a navigation to the VMs page of a console that knows them all, until every row in view shows a domain, ms. */
export async function firstDomainsTable(home: string, hosts: number, domains: number): Promise<number> {
  mkdirSync(home, { recursive: true });
  const shell = await startWebShell({ home, flags: ['--demo', String(hosts), '--demo-domains', String(domains)] });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath: process.env.HUM_BROWSER ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(shell.link);
    await page.waitForFunction(() => document.querySelector('[role=grid]') !== null, undefined, { timeout: patienceMs });
    const full = async () => {
      const at = await page.waitForFunction(
        (rows) => {
          const grid = document.querySelector('[role=grid]');
          if (!location.hash.startsWith('#/vms') || !grid || Number(grid.getAttribute('aria-rowcount')) < rows) return 0;
          const shown = [...grid.querySelectorAll('[data-id]')].filter((row) => /[KMGT]iB/.test(row.textContent ?? ''));
          return shown.length >= (grid.clientHeight / 32 - 3) * 0.7 ? performance.now() : 0;
        },
        (hosts - awayHosts) * domains,
        { timeout: patienceMs, polling: 'raf' },
      );
      return at.jsonValue();
    };
    await page.evaluate(() => {
      location.hash = '#/vms';
    });
    await full();
    await page.reload({ waitUntil: 'commit' });
    return await full();
  } finally {
    await browser?.close();
    await shell.stop();
  }
}
