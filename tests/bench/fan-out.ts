/**
 * Hum against clush and pdsh on 200 real sshd addresses: cold start, warm sweep, CPU per sample, memory per host.
 *
 * The peers run `cat /proc/meminfo` on every host; Hum takes its ordinary sample (memory, pressure, load, CPU, network, uptime) from the
 * socket to the fleet state. Medians of five; the peers with the fan-out that suits them best.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loopback, openRig } from '../support/sshd.ts';
import { median, ms, printTable, progress, ratio } from './support/figures.ts';
import { HumFleet } from './support/hum-fleet.ts';
import { chooseFanout, Peers } from './support/peers.ts';

const hostCount = 200;
const rounds = 5;
const warmSweeps = 25;

// The rig takes its accounts and servers along when the process exits, not when a signal ends it.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const rig = await openRig();
try {
  const key = await rig.clientKey();
  const server = await rig.sshd({ listen: loopback(hostCount), settings: { LogLevel: 'ERROR' } });
  const account = await rig.account({ shell: '/bin/dash' });
  const knownHosts = join(rig.dir, 'known_hosts');
  writeFileSync(knownHosts, rig.knownHosts(server));
  const place = { addresses: server.addresses, port: server.port, user: account.name, keyFile: key.path, knownHosts };

  // Once with a few hosts, so that code that is loaded and compiled only once does not count as memory of a host.
  progress('Hum alone');
  await HumFleet.cold(place, 4).then((few) => few.end());
  const before = residentBytes();
  const first = await HumFleet.cold(place);
  for (let sweep = 0; sweep < warmSweeps; sweep += 1) await first.sweep();
  const bytesPerHost = (residentBytes() - before) / hostCount;

  // A console runs for days: the first sweeps, in which V8 still compiles, say nothing about them.
  for (let sweep = 0; sweep < 2 * warmSweeps; sweep += 1) await first.sweep();
  const warm: number[] = [];
  const cpuPerSample: number[] = [];
  const cpuPerRequest: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const cpuBefore = cpuUs();
    let askingUs = 0;
    for (let sweep = 0; sweep < warmSweeps; sweep += 1) {
      const began = cpuUs();
      const swept = first.sweep();
      // All requests are written in one turn: what comes after it is the way from the sockets to the fleet state.
      await new Promise((resolve) => setImmediate(resolve));
      askingUs += cpuUs() - began;
      warm.push(await swept);
    }
    cpuPerRequest.push(askingUs / (warmSweeps * hostCount));
    cpuPerSample.push((cpuUs() - cpuBefore - askingUs) / (warmSweeps * hostCount));
  }
  const cpuUsPerSample = median(cpuPerSample);
  const cpuUsPerRequest = median(cpuPerRequest);
  await first.end();

  progress(
    `Hum alone: ${cpuUsPerSample.toFixed(0)} µs of CPU per sample and ${cpuUsPerRequest.toFixed(0)} µs to ask for it, ${(bytesPerHost / 1000).toFixed(0)} kB per host, a sweep in ${ms(warm)}`,
  );

  const peers = new Peers(rig.dir, place);
  const humCold: number[] = [];
  const clushCold: number[] = [];
  const pdshCold: number[] = [];
  progress('the best fan-out for clush and for pdsh');
  const clushFanout = await chooseFanout((fanout) => peers.clush(fanout));
  const pdshFanout = await chooseFanout((fanout) => peers.pdsh(fanout));
  for (let round = 0; round < rounds; round += 1) {
    progress(`cold, round ${round + 1} of ${rounds}`);
    const hum = await HumFleet.cold(place);
    humCold.push(hum.coldMs);
    await hum.end();
    clushCold.push(await peers.clush(clushFanout));
    pdshCold.push(await peers.pdsh(pdshFanout));
  }

  progress('ControlMaster sockets, one for each host');
  const clushMux: number[] = [];
  const humWarm: number[] = [];
  try {
    await peers.openMasters();
    const muxFanout = await chooseFanout((fanout) => peers.clushMux(fanout));
    const hum = await HumFleet.cold(place);
    await hum.sweep();
    for (let round = 0; round < rounds; round += 1) {
      clushMux.push(await peers.clushMux(muxFanout));
      humWarm.push(await hum.sweep());
    }
    await hum.end();
    printTable([
      ['', 'median of 5', 'fan-out', ''],
      ['clush, cold', ms(clushCold), String(clushFanout), 'cat /proc/meminfo'],
      ['pdsh -R ssh, cold', ms(pdshCold), String(pdshFanout), 'cat /proc/meminfo'],
      ['Hum, cold to first samples', ms(humCold), '32', `clush ÷ Hum = ${(median(clushCold) / median(humCold)).toFixed(1)} (goal 4)`],
      ['clush, warm ControlMaster', ms(clushMux), String(muxFanout), 'cat /proc/meminfo'],
      ['Hum, warm sweep', ms(humWarm), '', `clush ÷ Hum = ${(median(clushMux) / median(humWarm)).toFixed(1)} (goal 10)`],
      ['Hum, asking', '', '', `${cpuUsPerRequest.toFixed(0)} µs of CPU for each request`],
      [
        `Hum, ${rounds} times ${warmSweeps} sweeps alone`,
        ms(warm),
        '',
        `${cpuUsPerSample.toFixed(0)} µs of CPU from socket to fleet state (goal 150)`,
      ],
      ['Hum, resident', `${(bytesPerHost / 1000).toFixed(0)} kB`, '', 'per host (goal 150)'],
    ]);
  } finally {
    await peers.closeMasters();
  }
  process.stdout.write(
    `${JSON.stringify({
      coldVsClush: ratio(clushCold, humCold),
      warmVsClushMux: ratio(clushMux, humWarm),
      cpuUsPerSample: Math.round(cpuUsPerSample),
      cpuUsPerRequest: Math.round(cpuUsPerRequest),
      bytesPerHost: Math.round(bytesPerHost),
      hosts: hostCount,
      humColdMs: median(humCold),
      clushColdMs: median(clushCold),
      pdshColdMs: median(pdshCold),
      humWarmMs: median(humWarm),
      clushMuxMs: median(clushMux),
    })}\n`,
  );
} finally {
  await rig.close();
}

/** Of the whole process since its start, µs. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function residentBytes(): number {
  if (!globalThis.gc) throw new Error('start this bench with npm run bench: it needs --expose-gc');
  for (let round = 0; round < 3; round += 1) globalThis.gc();
  return process.memoryUsage().rss;
}
