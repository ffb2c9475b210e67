/**
 * An image from the real page to a real sshd, against `sftp put` and `ssh host 'cat >'` of the same file with the same cipher, and against Hum's SFTP
 * without the page.
 *
 * Browser, console, sshd and peers share this machine's processors. Only root can give the host a /srv of its own. Less than 512 MiB:
 * `npm run bench -- upload 128`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, cpSync, mkdirSync, openSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium, type Page } from '@playwright/test';
import { piecesAtOnce, uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { inventoryHost } from '../support/inventory-host.ts';
import { openRig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';
import { asDom0 } from '../support/xen-host.ts';
import { median, printTable, progress } from './support/figures.ts';
import { startWebShell } from './support/web-shell.ts';

const mib = 2 ** 20;
const fileMib = Number(process.argv[2] ?? 512);
const rounds = 3;
const patienceMs = 600_000;
/** What Hum and the host agree on. */
const cipher = 'aes128-gcm@openssh.com';

const rig = await openRig();
const key = await rig.clientKey();
const [srv, root, home] = ['srv', 'root', 'home'].map((name) => join(rig.dir, name)) as [string, string, string];
for (const each of [srv, root, home]) mkdirSync(each, { mode: 0o755 });
const bin = join(rig.dir, 'bin');
mkdirSync(bin, { mode: 0o755 });
for (const name of ['xl', 'xenstore-ls', 'timeout']) cpSync(resolve('tests/support/xen', name), join(bin, name));
symlinkSync(resolve('tests/fixtures/xen-4.17'), join(bin, 'fixtures'));
writeFileSync(join(bin, 'mode'), 'well\n');
writeFileSync(join(bin, 'set'), 'guests-3/xl-list\n');
const server = await rig.sshd({
  settings: { Subsystem: 'sftp /usr/lib/openssh/sftp-server', SetEnv: `PATH=${bin}:/usr/sbin:/usr/bin:/sbin:/bin` },
  mounts: [...asDom0(rig.dir), ['--bind', srv, '/srv'], ['--bind', root, '/root']],
});
const knownHosts = join(home, '.ssh', 'known_hosts');
mkdirSync(join(home, '.ssh'), { mode: 0o700 });
mkdirSync(join(home, 'data'));
writeFileSync(knownHosts, rig.knownHosts(server));
const saved = inventoryHost('saved-bench', { name: 'real', address: '127.0.0.1', port: server.port, user: rig.user, keyFile: key.path });
writeFileSync(join(home, 'data', 'inventory.json'), JSON.stringify({ hosts: [saved] }));
const file = join(rig.dir, 'golden.img');
writeFileSync(file, '');
for (let at = 0; at < fileMib; at += 16) appendFileSync(file, randomBytes(Math.min(16, fileMib - at) * mib));

const shell = await startWebShell({ home, flags: [] });
const browser = await chromium.launch({
  executablePath: process.env.HUM_BROWSER ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(shell.link);
  await page.locator('[data-state="connected"], main').first().waitFor();
  await page.keyboard.press('g');
  await page.keyboard.press('i');
  const hum: number[] = [];
  const placed: number[] = [];
  const alone: number[] = [];
  const sftp: number[] = [];
  const cat: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    progress(`round ${round + 1} of ${rounds}`);
    const took = await upload(page);
    hum.push(took.arrivedMs);
    placed.push(took.placedMs);
    alone.push(await withoutPage());
    sftp.push(await peer('sftp', ['-b', '-'], [], `put ${file} /srv/peer.img\n`));
    cat.push(await peer('ssh', [], ['cat >/srv/peer.img'], openSync(file, 'r')));
  }
  const rate = (times: readonly number[]) => Number((fileMib / (median(times) / 1000)).toFixed(1));
  const result = {
    humMibPerS: rate(hum),
    placedMibPerS: rate(placed),
    sftpMibPerS: rate(sftp),
    catMibPerS: rate(cat),
    aloneMibPerS: rate(alone),
    vsAlone: Number((rate(hum) / rate(alone)).toFixed(2)),
    vsSftp: Number((rate(hum) / rate(sftp)).toFixed(2)),
  };
  printTable([
    [`${fileMib} MiB, median of ${rounds}`, 'MiB/s'],
    ['Hum, from the choice of the file to its last byte on the host', String(result.humMibPerS)],
    ['Hum, until it is an image with its checksum', String(result.placedMibPerS)],
    ['Hum’s SFTP from memory, without page and console', String(result.aloneMibPerS)],
    ['sftp put', String(result.sftpMibPerS)],
    ["ssh host 'cat >'", String(result.catMibPerS)],
  ]);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
  await shell.stop();
  await stopSessions();
  await rig.close();
}

async function upload(page: Page): Promise<{ readonly arrivedMs: number; readonly placedMs: number }> {
  const folder = page.getByRole('region', { name: 'Images on real', exact: true });
  await folder.getByText('No image yet').waitFor({ timeout: patienceMs });
  const chooser = page.waitForEvent('filechooser');
  await folder.getByRole('button', { name: 'Upload an image to real' }).click();
  const chosen = await chooser;
  const began = performance.now();
  await chosen.setFiles(file);
  const images = join(srv, 'xen/images');
  const whole = (name: string) => statSync(join(images, name), { throwIfNoEntry: false })?.size === fileMib * mib;
  while (!whole('.golden.img.part') && !whole('golden.img')) await pause(10);
  const arrivedMs = performance.now() - began;
  while (!whole('golden.img')) await pause(10);
  const placedMs = performance.now() - began;
  await folder.getByRole('button', { name: 'Actions for golden.img' }).click();
  await page.getByRole('menuitem', { name: 'Remove…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove the image' }).click();
  return { arrivedMs, placedMs };
}

async function withoutPage(): Promise<number> {
  const session = await online(sessionFor(await targetFor(rig, server, { key })));
  const files = await session.files();
  const piece = randomBytes(uploadPieceBytes);
  const began = performance.now();
  const to = await files.open('/srv/peer.img', 'create');
  const underWay: Promise<void>[] = [];
  for (let at = 0; at < fileMib * mib; at += piece.length) {
    if (underWay.length === piecesAtOnce) await underWay.shift();
    underWay.push(to.write(at, piece));
  }
  await Promise.all(underWay);
  const took = performance.now() - began;
  await files.close();
  await session.stop();
  rmSync(join(srv, 'peer.img'));
  return took;
}

async function peer(
  program: 'sftp' | 'ssh',
  flags: readonly string[],
  command: readonly string[],
  input: string | number,
): Promise<number> {
  const options = ['-F', 'none', '-i', key.path, '-c', cipher, '-o', `UserKnownHostsFile=${knownHosts}`, '-o', `Port=${server.port}`];
  const began = performance.now();
  const child = spawn(program, [...flags, ...options, `${rig.user}@127.0.0.1`, ...command], {
    stdio: [typeof input === 'number' ? input : 'pipe', 'ignore', 'inherit'],
  });
  if (typeof input === 'string') child.stdin?.end(input);
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`${program} ended with ${code}`);
  const took = performance.now() - began;
  rmSync(join(srv, 'peer.img'));
  return took;
}
