/**
 * One command on 200 real sshd addresses against clush and pdsh: cold, with all that a login costs, and warm, over connections that stand.
 *
 * `cat /proc/meminfo`, from the call to the last result: Hum has it in its journal, on disk, then, and its hosts are being sampled
 * meanwhile; cold, Hum's figure begins with an empty fleet. Medians of five; the peers with the fan-out that suits them best, Hum with that
 * of its page.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Commands, openCommands } from '../../src/main/commands/commands.ts';
import { loopback, openRig } from '../support/sshd.ts';
import { median, ms, printTable, progress, ratio } from './support/figures.ts';
import { HumFleet } from './support/hum-fleet.ts';
import { chooseFanout, Peers } from './support/peers.ts';

const hostCount = 200;
const rounds = 5;
/** As renderer/commands/composer.ts begins with. */
const atOnce = 32;

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
  const peers = new Peers(rig.dir, place);
  const dataDir = join(rig.dir, 'data');
  mkdirSync(dataDir);

  let fleet: HumFleet | undefined;
  const commands = openCommands({
    dataDir,
    runner(host) {
      if (fleet === undefined) throw new Error('no fleet');
      return fleet.runner(host);
    },
    hostName: (host) => host,
    by: 'bench',
    log: { info: () => undefined },
  });
  const onFleet = async () => runOn(commands, fleet?.hosts ?? []);

  progress('the best fan-out for clush and for pdsh');
  const clushFanout = await chooseFanout((fanout) => peers.clush(fanout));
  const pdshFanout = await chooseFanout((fanout) => peers.pdsh(fanout));
  const [humCold, clushCold, pdshCold]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < rounds; round += 1) {
    progress(`cold, round ${round + 1} of ${rounds}`);
    fleet = await HumFleet.cold(place);
    humCold.push(fleet.coldMs + (await onFleet()));
    await fleet.end();
    clushCold.push(await peers.clush(clushFanout));
    pdshCold.push(await peers.pdsh(pdshFanout));
  }

  progress('warm: ControlMaster sockets, one for each host');
  const [humWarm, clushMux]: [number[], number[]] = [[], []];
  let muxFanout: number;
  try {
    await peers.openMasters();
    muxFanout = await chooseFanout((fanout) => peers.clushMux(fanout));
    fleet = await HumFleet.cold(place);
    await onFleet();
    for (let round = 0; round < rounds; round += 1) {
      clushMux.push(await peers.clushMux(muxFanout));
      humWarm.push(await onFleet());
    }
    await fleet.end();
  } finally {
    await peers.closeMasters();
  }
  commands.stop();

  printTable([
    [`${hostCount} hosts, cat /proc/meminfo`, 'median of 5', 'fan-out', ''],
    ['clush, cold', ms(clushCold), String(clushFanout), ''],
    ['pdsh -R ssh, cold', ms(pdshCold), String(pdshFanout), `pdsh ÷ Hum = ${ratio(pdshCold, humCold)}`],
    ['Hum, cold', ms(humCold), String(atOnce), `clush ÷ Hum = ${ratio(clushCold, humCold)}`],
    ['clush, warm ControlMaster', ms(clushMux), String(muxFanout), ''],
    ['Hum, warm', ms(humWarm), String(atOnce), `clush ÷ Hum = ${ratio(clushMux, humWarm)}`],
  ]);
  process.stdout.write(
    `${JSON.stringify({
      coldVsClush: ratio(clushCold, humCold),
      warmVsClushMux: ratio(clushMux, humWarm),
      coldVsPdsh: ratio(pdshCold, humCold),
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

/** The command on these hosts, from the call until the journal has the last result, ms. */
async function runOn(commands: Commands, hosts: readonly string[]): Promise<number> {
  const began = Date.now();
  const { id } = commands.begin({
    text: 'cat /proc/meminfo',
    values: {},
    hosts: [...hosts],
    where: 'all of the bench',
    as: 'login',
    timeLimitMs: 60_000,
    atOnce,
    canary: 0,
  });
  for await (const { run } of commands.watch(id)) {
    if (run.endedAt === null) continue;
    if (run.well !== hostCount) throw new Error(`${run.well} hosts of ${hostCount} did it`);
    return run.endedAt - began;
  }
  throw new Error('the run has no end');
}
