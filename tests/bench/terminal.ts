/**
 * A terminal in the real page, on a real sshd: a flood against `ssh host cat` and against xterm.js alone in the same page, the echo of a key, and
 * what tabs leave behind.
 *
 * Console, page, sshd and peers share this machine's processors: xterm.js alone has them for itself. Less than 100 MiB of each text: `npm run bench -- terminal 20`.
 */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Browser, Page } from '@playwright/test';
import { line } from '../e2e/fleet.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { openRig } from '../support/sshd.ts';
import { type BarePage, startBareChromium } from './support/bare-chromium.ts';
import { median, printTable } from './support/figures.ts';
import { startWebShell } from './support/web-shell.ts';

declare global {
  // The page's: of support/xterm-alone.ts, and of `listenIn`.
  var showAlone: (text: string, times: number, size: { width: number; height: number }) => Promise<number>;
  var heard: { awaited: string; at: number; typedAt: number; frames: number[] };
}

const mib = 2 ** 20;
const floodMib = Number(process.argv[2] ?? 100);
const pieceMib = 4;
const keys = 200;
const tabs = 50;
/** As many as are open together. */
const tabsAtOnce = 10;
const patienceMs = 600_000;
const host = 'bench-host';

const rig = await openRig();
const key = await rig.clientKey();
const sshd = await rig.sshd({ settings: { MaxSessions: '40' } });
const account = process.getuid?.() === 0 ? await rig.account({ shell: '/bin/sh' }) : undefined;
const user = account?.name ?? rig.user;

const home = join(rig.dir, 'home');
mkdirSync(join(home, 'data'), { recursive: true });
mkdirSync(join(home, '.ssh'), { mode: 0o700 });
writeFileSync(join(home, '.ssh', 'known_hosts'), rig.knownHosts(sshd));
const [address = '127.0.0.1'] = sshd.addresses;
const saved = inventoryHost('saved-bench', { name: host, address, port: sshd.port, user, keyFile: key.path });
writeFileSync(join(home, 'data', 'inventory.json'), JSON.stringify({ hosts: [saved] }));

const texts = { 'ls -lR': listing(), 'dense SGR': denseColours() };
const shell = await startWebShell({ home, flags: [] });
const chromium = await startBareChromium({ width: 1440, height: 900 });
try {
  const prepared = await chromium.hold();
  const heldPage = onlyPage(prepared);
  await heldPage.addInitScript(listenIn);
  await heldPage.goto(shell.link);
  await heldPage.evaluate(await bundledAlone());
  await openTab(heldPage);
  await prepared.close();
  const page = await chromium.page();

  const floods: Record<string, { hum: number; alone: number; ssh: number; frames: readonly number[] }> = {};
  for (const [name, text] of Object.entries(texts)) {
    const file = join(rig.dir, `${name.replaceAll(/\W/g, '')}.txt`);
    writeFileSync(file, text.repeat(floodMib / pieceMib), { mode: 0o644 });
    execFileSync('sync');
    progress(`${floodMib} MiB of ${name}: in Hum`);
    const tookMs = await flood(page, file);
    progress(`${floodMib} MiB of ${name}: in Hum, frames counted`);
    // By itself: who asks for every frame makes a browser without a graphics card draw each.
    await flood(page, file, countFrames);
    const frames = await page.evaluate<readonly number[]>('heard.frames');
    progress(`${floodMib} MiB of ${name}: xterm.js alone`);
    const alone = await floodAlone(page, text);
    floods[name] = { hum: rate(tookMs), alone: rate(alone), ssh: rate(await sshCat(file)), frames };
  }

  progress('keys');
  const echoes = await echoInPage(page);
  const bare = await echoOverSsh();
  page.close();
  progress('tabs');
  const { perTabMb, leakedMb } = await memoryOfTabs(onlyPage(await chromium.hold()));

  const ls = floods['ls -lR'];
  const sgr = floods['dense SGR'];
  if (ls === undefined || sgr === undefined) throw new Error('no figures');
  const added = (part: number) => Number((quantile(echoes, part) - quantile(bare, part)).toFixed(2));
  const result = {
    vsXtermAlone: Number((ls.hum / ls.alone).toFixed(2)),
    vsXtermAloneDense: Number((sgr.hum / sgr.alone).toFixed(2)),
    vsSshCat: Number((ls.hum / ls.ssh).toFixed(3)),
    echoAddedMsP50: added(0.5),
    echoAddedMsP95: added(0.95),
    leakedMbAfter50Tabs: leakedMb,
    perTabMb,
    mbPerS: ls.hum,
    frameMsP50: median(ls.frames),
    frameMsP95: Number(quantile(ls.frames, 0.95).toFixed(1)),
  };
  printTable([
    [`${floodMib} MiB each`, 'Hum', 'xterm.js alone', 'ssh cat', 'frame p50', 'p95'],
    ...Object.entries(floods).map(([name, { hum, alone, ssh, frames }]) => [
      name,
      `${hum} MB/s`,
      `${alone} MB/s`,
      `${ssh} MB/s`,
      `${median(frames)} ms`,
      `${quantile(frames, 0.95).toFixed(1)} ms`,
    ]),
    ['echo of a key, p50', `${quantile(echoes, 0.5).toFixed(2)} ms`, '', `${quantile(bare, 0.5).toFixed(2)} ms`, '', ''],
    ['p95', `${quantile(echoes, 0.95).toFixed(2)} ms`, '', `${quantile(bare, 0.95).toFixed(2)} ms`, '', ''],
    ['a tab with 10,000 lines', `${perTabMb} MB`, '', '', '', ''],
    [`left of ${tabs} closed tabs`, `${leakedMb} MB`, '', '', '', ''],
  ]);
  console.log(JSON.stringify(result));
} finally {
  await chromium.stop();
  await shell.stop();
  await rig.close();
}

/** Some MiB of what `ls -lR` prints in colour, whole lines. */
function listing(): string {
  const text = execFileSync('sh', ['-c', 'ls -lR --color=always /usr 2>/dev/null | head -c "$1"', 'sh', String(pieceMib * mib)], {
    encoding: 'utf8',
    maxBuffer: 2 * pieceMib * mib,
  });
  return filled(text);
}

/** A colour of its own for each character, as a picture in a terminal has. */
function denseColours(): string {
  const line = Array.from(
    { length: 100 },
    (_, at) => `\u001b[38;5;${16 + (at % 216)};48;5;${(at * 7) % 256}m${String.fromCharCode(33 + (at % 90))}`,
  );
  return filled(`${line.join('')}\u001b[0m\n`.repeat(Math.ceil((pieceMib * mib) / 2500)));
}

function filled(text: string): string {
  return text.slice(0, pieceMib * mib - 1).replace(/[^\n]*$/, '');
}

function rate(ms: number): number {
  return Number(((floodMib * mib) / 1e6 / (ms / 1000)).toFixed(1));
}

function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

/** Runs in the page before anything of it: notes when a text that came over its socket has been dealt with, and when a key goes down. */
function listenIn(): void {
  const heard = { awaited: '', at: 0, typedAt: 0, frames: [] as number[] };
  globalThis.heard = heard;
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class extends Native {
    constructor(...args: ConstructorParameters<typeof Native>) {
      super(...args);
      const listen = () =>
        this.addEventListener('message', ({ data }) => {
          if (heard.awaited === '' || typeof data !== 'string' || !data.includes(heard.awaited)) return;
          heard.awaited = '';
          heard.at = performance.now();
        });
      // Behind Hum's own listener: what is shown after a key xterm.js takes in before that returns.
      setTimeout(listen, 0);
    }
  };
  globalThis.addEventListener('keydown', () => (heard.typedAt = performance.now()), { capture: true });
}

/** Runs in the page: notes how long each frame takes until what is awaited has come, ms. */
function countFrames(): void {
  const { heard } = globalThis;
  heard.frames = [];
  let last = 0;
  const frame = (now: number) => {
    if (last > 0) heard.frames.push(now - last);
    last = now;
    if (heard.at === 0) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
}

function onlyPage(browser: Browser): Page {
  const page = browser.contexts()[0]?.pages()[0];
  if (page === undefined) throw new Error('no page is open');
  return page;
}

async function openTab(page: Page): Promise<void> {
  const open = page.getByRole('region', { name: `Shell on ${host}`, exact: true });
  await line(page, host).click();
  await page.keyboard.press('s');
  await open.filter({ visible: true }).and(page.locator('[data-state="open"]')).waitFor({ timeout: patienceMs });
}

/** Shows a file, from Enter until the line after it has come; ms. `first` runs in the page right before. */
async function flood(page: BarePage, file: string, first?: () => void): Promise<number> {
  await page.insert(`cat ${file}; echo flood-$((6 * 7))-over`);
  await pause(500);
  await listenFor(page, 'flood-42-over');
  if (first) await page.evaluate(`(${first})()`);
  await page.press('Enter');
  return sinceKey(page);
}

/** The same text in xterm.js alone, in a terminal of the same size; ms. */
async function floodAlone(page: BarePage, text: string): Promise<number> {
  await page.evaluate(`globalThis.floodText = ${JSON.stringify(text)}; null`);
  return page.evaluate(`{
    const { width, height } = document.querySelector('.xterm').getBoundingClientRect();
    showAlone(floodText, ${floodMib / pieceMib}, { width, height });
  }`);
}

/** From a key that goes down until xterm.js has its echo, which the terminal driver of the host makes; ms each. */
async function echoInPage(page: BarePage): Promise<number[]> {
  await page.insert('stty -icanon; cat >/dev/null');
  await page.press('Enter');
  await pause(1000);
  const took: number[] = [];
  for (let at = 0; at < keys; at += 1) {
    const letter = String.fromCharCode(97 + (at % 26));
    await listenFor(page, `"${letter}"`);
    await page.press(letter);
    // Whoever asked in between whether it is there would take the page's time from it.
    await pause(60);
    took.push(await sinceKey(page));
  }
  await page.insert('\u0003');
  return took;
}

async function listenFor(page: BarePage, text: string): Promise<void> {
  await page.evaluate(`heard.at = 0; heard.awaited = ${JSON.stringify(text)}`);
}

/** From the last key until what was awaited has come, ms. */
async function sinceKey(page: BarePage): Promise<number> {
  const latest = performance.now() + patienceMs;
  for (;;) {
    const took = await page.evaluate<number | null>('heard.at > 0 ? heard.at - heard.typedAt : null');
    if (took !== null) return took;
    if (performance.now() > latest) throw new Error('what was awaited did not come');
    await pause(100);
  }
}

function sshArgs(): string[] {
  const options = ['BatchMode=yes', 'IdentitiesOnly=yes', `UserKnownHostsFile=${join(home, '.ssh', 'known_hosts')}`];
  const settings = options.flatMap((option) => ['-o', option]);
  return ['-F', '/dev/null', '-p', String(sshd.port), '-i', key.path, ...settings, `${user}@${address}`];
}

/** A plain `ssh host cat` into nothing, ms. */
async function sshCat(file: string): Promise<number> {
  const began = performance.now();
  const child = spawn('ssh', [...sshArgs(), `cat ${file}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`ssh ended with ${code}`);
  return performance.now() - began;
}

/** The echo of a key over OpenSSH's client, ms each. */
async function echoOverSsh(): Promise<number[]> {
  const child = spawn('ssh', ['-tt', ...sshArgs(), 'stty -icanon; echo ready; cat >/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  const next = async (letter: string) => {
    for (;;) {
      const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
      if (chunk.includes(letter)) return;
    }
  };
  await next('ready');
  const took: number[] = [];
  for (let at = 0; at < keys; at += 1) {
    const letter = String.fromCharCode(97 + (at % 26));
    await pause(20);
    const began = performance.now();
    child.stdin.write(letter);
    await next(letter);
    took.push(performance.now() - began);
  }
  const gone = once(child, 'exit');
  child.kill();
  await gone;
  return took;
}

/** What the page holds after a garbage collection, MB: with tabs of 10,000 lines, and when all were closed. */
async function memoryOfTabs(page: Page): Promise<{ perTabMb: number; leakedMb: number }> {
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    await pause(1000);
    for (let round = 0; round < 3; round += 1) await session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = (await session.send('Runtime.getHeapUsage')) as {
      usedSize: number;
      backingStorageSize?: number;
    };
    return (usedSize + backingStorageSize) / 1e6;
  };
  const round = async () => {
    for (let tab = 0; tab < tabsAtOnce; tab += 1) {
      await openTab(page);
      await page.evaluate(() => {
        globalThis.heard.at = 0;
        globalThis.heard.awaited = 'lines-42-over';
      });
      await page.keyboard.type('seq 12000; echo lines-$((6 * 7))-over\r');
      await page.waitForFunction(() => globalThis.heard.at > 0, undefined, { timeout: patienceMs, polling: 50 });
    }
    const full = await heap();
    for (let tab = 0; tab < tabsAtOnce; tab += 1) {
      await page.keyboard.press('Control+Shift+Q');
      await pause(100);
    }
    return full;
  };
  // What is loaded and compiled at the first use is no leak.
  await round();
  const before = await heap();
  let full = 0;
  for (let opened = 0; opened < tabs; opened += tabsAtOnce) full = await round();
  const after = await heap();
  return { perTabMb: Number(((full - before) / tabsAtOnce).toFixed(1)), leakedMb: Number((after - before).toFixed(1)) };
}

/** The peer as one script for the page. */
async function bundledAlone(): Promise<string> {
  const { build } = await import('vite');
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: { write: false, lib: { entry: 'tests/bench/support/xterm-alone.ts', formats: ['iife'], name: 'alone' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output && 'output' in output ? output.output.find(({ type }) => type === 'chunk') : undefined;
  if (chunk?.type !== 'chunk') throw new Error('xterm.js could not be bundled');
  return chunk.code;
}

function progress(step: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${step}\n`);
}
