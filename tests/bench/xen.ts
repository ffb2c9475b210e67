/**
 * The domains of 200 Xen hosts: CPU and bytes per host-sample, the VMs page to its first full table, against clush with `xl list`.
 *
 * 200 demo hosts with 50 domains each for what the console and the page cost; 200 real sshd addresses with an xl that prints the recorded
 * list for the race with clush over ControlMaster sockets; the lab, where one runs, for what a sample costs a host.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startDemo } from '../../src/main/demo/demo.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import type { Target } from '../../src/main/ssh/session.ts';
import { messageOf } from '../../src/shared/errors.ts';
import { loopback, openRig } from '../support/sshd.ts';
import { median, printTable } from './support/figures.ts';
import { HumXen } from './support/hum-xen.ts';
import { labSampleCost } from './support/lab-sample-cost.ts';
import { chooseFanout, Peers } from './support/peers.ts';
import { firstDomainsTable } from './support/vms-page.ts';

const hostCount = 200;
const domains = 50;
const rounds = 5;
const warmSweeps = 10;
/** Hosts of the demo that let nobody in, refuse xl, take their time or go away: that is their story, not a cost. */
const odd = new Set(['mail01', 'mon01', 'web03', 'backup01', 'xen03']);
const root = process.cwd();

// The rig takes its accounts and servers along when the process exits, not when a signal ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const home = mkdtempSync(join(tmpdir(), 'hum-xen-bench-'));
try {
  progress('the VMs page');
  const firstTableMs = await firstDomainsTable(join(home, 'shell'), hostCount, domains);
  progress(`its first full table after ${Math.round(firstTableMs)} ms; the console alone`);
  const alone = await consoleCost();
  progress(`${alone.cpuUs.toFixed(0)} µs of CPU and ${alone.bytes.toFixed(0)} bytes for each sample; the race with clush`);
  const race = await raceClush();
  progress('the lab');
  const lab = await labSampleCost().catch((error: unknown) => ({ cpuMs: null, why: messageOf(error).split('\n')[0] ?? '' }));
  const sweepVsClush = Number((median(race.clush) / median(race.hum)).toFixed(2));
  printTable([
    [`${hostCount} hosts, ${domains} domains each`, '', ''],
    ['console CPU per host-sample', `${alone.cpuUs.toFixed(0)} µs`, `and ${alone.askUs.toFixed(0)} µs to ask for it; ${alone.hosts} hosts`],
    ['answer per host-sample', `${alone.bytes.toFixed(0)} B`, `${alone.wholeBytes.toFixed(0)} B with everything, the first time`],
    ['Hum, warm sweep of the demo', `${median(alone.sweeps)} ms`, ''],
    ['VMs page to first full table', `${Math.round(firstTableMs)} ms`, `${hostCount * domains} domains`],
    ['clush over ControlMaster', `${median(race.clush)} ms`, `xl list on ${hostCount} real sshd, fan-out ${race.fanout}`],
    ['Hum, the same hosts', `${median(race.hum)} ms`, `clush ÷ Hum = ${sweepVsClush}`],
    ['CPU of a real host per sample', lab.cpuMs === null ? '–' : `${lab.cpuMs.toFixed(1)} ms`, lab.why],
  ]);
  process.stdout.write(
    `${JSON.stringify({
      sweepVsClush,
      cpuUsPerSample: Math.round(alone.cpuUs),
      firstTableMs: Math.round(firstTableMs),
      hostCpuMsPerSample: lab.cpuMs === null ? null : Number(lab.cpuMs.toFixed(1)),
      hostCpuWhy: lab.why,
      cpuUsPerRequest: Math.round(alone.askUs),
      bytesPerSample: Math.round(alone.bytes),
      hosts: hostCount,
      domains,
      clushMuxMs: median(race.clush),
      humSweepMs: median(race.hum),
    })}\n`,
  );
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** What a sample of 50 domains costs the console, from the socket to the state of its domains (as fan-out.ts counts it). */
async function consoleCost() {
  const workDir = join(home, 'demo');
  mkdirSync(workDir);
  const demo = await startDemo({ hosts: hostCount, domains, serverPath: join(root, 'out/main/demo-server.js'), workDir });
  try {
    const hum = await HumXen.open(demo.hosts.filter(({ name }) => !odd.has(name)).map((host) => demo.target(host)));
    const hosts = hum.monitors.length;
    const wholeBytes = hum.bytes / hosts;
    // A console runs for days: the first sweeps, in which V8 still compiles, say nothing about them.
    for (let sweep = 0; sweep < 2 * warmSweeps; sweep += 1) await hum.sweep();
    const [cpu, ask, sweeps]: [number[], number[], number[]] = [[], [], []];
    const before = hum.bytes;
    for (let round = 0; round < rounds; round += 1) {
      const cpuBefore = cpuUs();
      let asking = 0;
      for (let sweep = 0; sweep < warmSweeps; sweep += 1) {
        const began = cpuUs();
        const swept = hum.sweep();
        await new Promise((resolve) => setImmediate(resolve));
        asking += cpuUs() - began;
        sweeps.push(await swept);
      }
      ask.push(asking / (warmSweeps * hosts));
      cpu.push((cpuUs() - cpuBefore - asking) / (warmSweeps * hosts));
    }
    const bytes = (hum.bytes - before) / (rounds * warmSweeps * hosts);
    await hum.end();
    return { cpuUs: median(cpu), askUs: median(ask), bytes, wholeBytes, sweeps, hosts };
  } finally {
    await demo.stop();
  }
}

/** `xl list` on 200 addresses of a real sshd whose xl prints what a real one printed: clush over open sockets, and Hum over its sessions. */
async function raceClush() {
  const rig = await openRig();
  try {
    const key = await rig.clientKey();
    const bin = join(rig.dir, 'xen');
    mkdirSync(bin, { mode: 0o755 });
    for (const name of ['xl', 'xenstore-ls', 'timeout']) cpSync(resolve(root, 'tests/support/xen', name), join(bin, name));
    symlinkSync(resolve(root, 'tests/fixtures/xen-4.17'), join(bin, 'fixtures'));
    writeFileSync(join(bin, 'mode'), 'well\n');
    writeFileSync(join(bin, 'set'), 'guests-3/xl-list\n');
    const settings = { LogLevel: 'ERROR', SetEnv: `PATH=${bin}:/usr/sbin:/usr/bin:/sbin:/bin` };
    const server = await rig.sshd({ listen: loopback(hostCount), settings });
    const account = await rig.account({ shell: '/bin/dash' });
    const knownHostsFile = join(rig.dir, 'known_hosts');
    writeFileSync(knownHostsFile, rig.knownHosts(server));
    const place = { addresses: server.addresses, port: server.port, user: account.name, keyFile: key.path, knownHosts: knownHostsFile };
    const knownHosts = createKnownHosts({ files: [knownHostsFile], appendTo: knownHostsFile });
    const targets = server.addresses.map(
      (address): Target => ({
        ...{ id: address, address, port: server.port, user: account.name, keyFiles: [key.path], explicitKeys: true },
        ...{ agent: undefined, knownHosts },
      }),
    );
    const peers = new Peers(rig.dir, place, { command: `${bin}/xl list`, mark: 'Domain-0' });
    const [clush, hum]: [number[], number[]] = [[], []];
    try {
      await peers.openMasters();
      const fanout = await chooseFanout((each) => peers.clushMux(each));
      const ours = await HumXen.open(targets);
      if (ours.monitors.length !== hostCount) throw new Error(`only ${ours.monitors.length} hosts let Hum in`);
      await ours.sweep();
      for (let round = 0; round < rounds; round += 1) {
        clush.push(await peers.clushMux(fanout));
        hum.push(await ours.sweep());
      }
      await ours.end();
      return { clush, hum, fanout };
    } finally {
      await peers.closeMasters();
    }
  } finally {
    await rig.close();
  }
}

/** Of the whole process since its start, µs. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function progress(step: string): void {
  process.stderr.write(`${new Date().toISOString().slice(11, 19)}  ${step}\n`);
}
