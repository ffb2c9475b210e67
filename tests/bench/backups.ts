/**
 * The backups of 500 hosts with 5 jobs each: bytes and host CPU per refresh, console CPU, and the page with the jobs of 500 demo hosts.
 *
 * The peer is `ssh HOST 'crontab -l; cat /etc/crontab /etc/cron.d/*'` over a ControlMaster socket, on the same sshd in the same run. Another number
 * of hosts: `npm run bench -- backups 40`.
 *
 * What a refresh costs a host is measured with the real script on a host made of folders; the console is given that answer 500 times.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from '@playwright/test';
import { createBackups } from '../../src/main/backups/backups.ts';
import { hostBackups } from '../../src/main/backups/host-backups.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { localRunner } from '../support/local-runner.ts';
import { againstSsh, childCpuMs } from './support/backups-peer.ts';
import { median, ms, printTable, ratio } from './support/figures.ts';
import { startWebShell } from './support/web-shell.ts';

const hostCount = Number(process.argv[2] ?? 500);
const rounds = 7;
const patienceMs = 240_000;
const home = mkdtempSync(join(tmpdir(), 'hum-backups-bench-'));
const root = join(home, 'host');

try {
  fiveJobs();
  const host = await hostCost();
  process.stderr.write(`a refresh costs a host ${host.cpuMs.toFixed(0)} ms of CPU; the console\n`);
  const ours = await consoleCost(host.answers);
  process.stderr.write('a refresh against ssh\n');
  const peer = await againstSsh(root, rounds);
  process.stderr.write('the page\n');
  const page = await firstPage();
  printTable([
    [`${hostCount} hosts, 5 jobs each`, '', ''],
    ['CPU of a host per refresh', `${host.cpuMs.toFixed(0)} ms`, 'every 10 min, every minute while somebody looks'],
    ['answer per refresh', `${host.bytes} B`, `${host.wholeBytes} B with every file, the first time`],
    ['refresh of a host by a real sshd', ms(peer.oursMs), `ssh with ControlMaster: ${ms(peer.peerMs)} for the crontabs alone`],
    ['the same of the peer', `${peer.peerBytes} B`, `${ms(peer.peerCpuMs)} of CPU`],
    ['console CPU per host and refresh', `${ours.cpuMs.toFixed(2)} ms`, `all ${hostCount} hosts in ${Math.round(ours.allMs)} ms`],
    ['snapshot for a page', `${(ours.snapshotBytes / 1024).toFixed(0)} KiB`, `${hostCount * 5} jobs`],
    ['page to its full list', `${Math.round(page.ms)} ms`, `${page.jobs} jobs of ${hostCount} demo hosts`],
  ]);
  const round = (value: number) => Number(value.toFixed(2));
  process.stdout.write(
    `${JSON.stringify({
      hosts: hostCount,
      hostCpuMs: round(host.cpuMs),
      bytesPerRefresh: host.bytes,
      wholeBytes: host.wholeBytes,
      refreshMs: median(peer.oursMs),
      peerRefreshMs: median(peer.peerMs),
      peerToOurs: ratio(peer.peerMs, peer.oursMs),
      peerBytes: peer.peerBytes,
      peerHostCpuMs: median(peer.peerCpuMs),
      consoleCpuMsPerHost: round(ours.cpuMs),
      consoleAllMs: Math.round(ours.allMs),
      snapshotBytes: ours.snapshotBytes,
      firstPageMs: Math.round(page.ms),
      pageJobs: page.jobs,
    })}\n`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}

function fiveJobs(): void {
  const file = (path: string, text: string) => {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  };
  const nowS = Math.floor(Date.now() / 1000);
  file('etc/timezone', 'Europe/Berlin\n');
  file('etc/crontab', 'SHELL=/bin/sh\n17 * * * * root cd / && run-parts --report /etc/cron.hourly\n');
  file('etc/cron.d/www', '30 1 * * * root flock -n /run/lock/www rsync -a --log-file=/var/log/www.log /srv/www/ vault::www\n');
  file('etc/cron.d/uploads', '*/30 * * * * www-data rsync -a /srv/uploads/ vault::uploads >> /var/log/uploads.log 2>&1\n');
  file('etc/systemd/system/db.timer', '[Timer]\nOnCalendar=*-*-* 03:15\n');
  file('etc/systemd/system/db.service', '[Service]\nExecStart=/usr/bin/rsync -a /var/lib/db/ vault::db\n');
  const log = Array.from({ length: 60 }, (_, index) => {
    const stamp = new Date((nowS - (60 - index) * 43_200) * 1000).toISOString().slice(0, 19).replaceAll('-', '/').replace('T', ' ');
    return `${stamp} [7] building file list\n${stamp} [7] sent 12,345 bytes  received 35 bytes  total size 99999\n`;
  }).join('');
  file('var/log/www.log', log);
  file('var/log/uploads.log', 'sending incremental file list\nsent 12,345 bytes  received 35 bytes\n');
  for (const name of ['etc', 'home']) {
    file(`etc/cron.d/hum-${name}`, `# Written by Hum; edit it there.\n0 * * * * root /etc/hum/jobs/${name}.sh\n`);
    file(`etc/hum/jobs/${name}.sh`, `#!/bin/sh\nflock -n 9 || exit 75\nrsync -a /${name}/ vault::${name}\n`);
    const run = (ago: number) => ({
      started: nowS - ago - 30,
      ended: nowS - ago,
      exit: 0,
      bytes: 12_345,
      files: 9,
      seconds: 30,
      lastSuccess: nowS - ago,
    });
    file(`var/lib/hum/jobs/${name}/status.json`, JSON.stringify(run(600)));
    file(
      `var/lib/hum/jobs/${name}/runs.jsonl`,
      Array.from({ length: 400 }, (_, index) => `${JSON.stringify(run(600 + (400 - index) * 3600))}\n`).join(''),
    );
  }
}

interface Answered {
  readonly script: string;
  readonly args: readonly string[];
  readonly stdin: string;
  readonly stdout: string;
}

/** The script on its host: the answer to the first question, and what the next ones cost. */
async function hostCost() {
  const runner = localRunner();
  const asked: Answered[] = [];
  const recording: Runner = {
    ...runner,
    async run(script, args = [], options = {}) {
      const result = await runner.run(script, args, options);
      asked.push({ script, args, stdin: String(options.stdin ?? ''), stdout: result.stdout.toString() });
      return result;
    },
  };
  const backups = hostBackups('h', { root });
  await backups.read(recording);
  const whole = asked.at(-1);
  await backups.read(recording);
  const next = asked.at(-1);
  if (whole === undefined || next === undefined || backups.view.jobs.length !== 5)
    throw new Error(`not five jobs: ${JSON.stringify(backups.view)}`);
  const cpu = Array.from({ length: rounds }, () => childCpuMs(['sh', '-c', next.script, 'sh', ...next.args], next.stdin));
  return { cpuMs: median(cpu), bytes: next.stdout.length, wholeBytes: whole.stdout.length, answers: [whole, next] as const };
}

/** All hosts answer at once what one of them did: everything the first time, then what has changed. */
async function consoleCost(answers: readonly [Answered, Answered]) {
  const never = () => Promise.reject(new Error('not here'));
  const canned = (): Runner => {
    let asked = 0;
    return {
      async run(_script, [, nonce = ''] = []) {
        asked += 1;
        // The first refresh asks twice: what the files tell makes it ask for more.
        const { args, stdout } = answers[asked <= 2 ? 0 : 1];
        return { code: 0, signal: null, stdout: Buffer.from(stdout.replaceAll(args[1] ?? '', nonce)), stderr: Buffer.alloc(0) };
      },
      open: never,
      terminal: never,
    };
  };
  const ids = Array.from({ length: hostCount }, (_, index) => `h${index}`);
  const backups = createBackups({ root: canned, plans: { start: () => ({ batch: '', ids: [] }) }, log: { info: () => undefined } });
  for (const id of ids) backups.connected(inventoryHost(id), canned());
  await backups.refresh(ids);
  const times: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const [began, before] = [performance.now(), process.cpuUsage()];
    await backups.refresh(ids);
    const used = process.cpuUsage(before);
    times.push(performance.now() - began);
    cpu.push((used.user + used.system) / 1000 / hostCount);
  }
  const stream = backups.watch();
  const { value } = await stream.next();
  await stream.return();
  backups.stop();
  return { cpuMs: median(cpu), allMs: median(times), snapshotBytes: Buffer.byteLength(JSON.stringify(value)) };
}

/** From the start of a navigation to the page of a console that has read its hosts, until the list is full, ms. */
async function firstPage() {
  const shellHome = join(home, 'shell');
  mkdirSync(shellHome);
  const shell = await startWebShell({ home: shellHome, flags: ['--demo', String(hostCount)] });
  let browser: Browser | undefined;
  try {
    browser = await chromium.launch({
      executablePath: process.env.HUM_BROWSER ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu'],
    });
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(shell.link);
    await page.waitForFunction(() => document.querySelector('[role=grid]') !== null, undefined, { timeout: patienceMs });
    const shown = (least: number) =>
      page.waitForFunction(
        (wanted) => {
          const jobs = [...document.querySelectorAll('fieldset[aria-label=States] .hum-mono')].reduce(
            (sum, each) => sum + Number(each.textContent),
            0,
          );
          return jobs >= wanted && document.querySelectorAll('ul[aria-label="Backup jobs"] li').length >= Math.min(15, wanted)
            ? { jobs, at: performance.now() }
            : null;
        },
        least,
        { timeout: patienceMs, polling: 'raf' },
      );
    await page.evaluate(() => {
      location.hash = '#/backups';
    });
    // One host of the demo in so many lets nobody in, or is slow: nine in ten have told.
    const settled = (await (await shown(hostCount * 0.9)).jsonValue())?.jobs ?? 0;
    await page.reload({ waitUntil: 'commit' });
    const full = await (await shown(settled)).jsonValue();
    return { ms: full?.at ?? 0, jobs: full?.jobs ?? 0 };
  } finally {
    await browser?.close();
    await shell.stop();
  }
}
