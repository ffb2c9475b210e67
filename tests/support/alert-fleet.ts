import { statSync } from 'node:fs';
import { join } from 'node:path';
import { openAlertStore } from '../../src/main/alerts/open-store.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { alertsOf, sampleOf, settle, type TestHost, testHost } from './alerts.ts';

/** How the memory of a host goes, 0..1, or null while it is out of reach; `minute` counts from the begin. */
export interface Behaviour {
  readonly name: string;
  readonly hosts: number;
  readonly used: (minute: number, seed: number) => number | null;
}

const noise = (minute: number, seed: number) => Math.sin(minute * 12.9898 + seed * 78.233) * 0.5 + Math.sin(minute * 3.7 + seed) * 0.5;
const hour = 60;

/** A fleet of a thousand: most breathe, and of each kind of trouble there are some. */
export const thousand: readonly Behaviour[] = [
  {
    name: 'calm',
    hosts: 960,
    used: (minute, seed) => 0.5 + 0.15 * Math.sin((minute / (24 * hour)) * 2 * Math.PI + seed) + 0.02 * noise(minute, seed),
  },
  // Back and forth over the level, never down to where it clears.
  { name: 'at the edge', hosts: 10, used: (minute, seed) => 0.9 + 0.035 * Math.sin((minute / 37) * 2 * Math.PI + seed) },
  // Full for one sample now and then.
  { name: 'spikes', hosts: 10, used: (minute, seed) => ((minute + seed * 7) % 240 < 2 ? 0.99 : 0.5) },
  // From half full to all full in twelve hours, then killed and begun anew.
  { name: 'leaks', hosts: 10, used: (minute) => 0.4 + 0.58 * ((minute % (12 * hour)) / (12 * hour)) },
  { name: 'away', hosts: 10, used: (minute, seed) => ((minute + seed * 31) % (24 * hour) < 20 ? null : 0.5) },
];

export interface FleetRun {
  readonly changes: readonly (IncidentChange & { readonly behaviour: string })[];
  readonly samples: number;
  readonly rows: Readonly<Record<'incident' | 'entry' | 'change' | 'watch', number>>;
  readonly bytes: number;
  readonly tookMs: number;
}

/** Lets such a fleet live for so long, in simulated time: a sample of each host every `stepMs`, of those that are calm every `calmEach`th time. */
export async function liveThrough(
  dataDir: string,
  behaviours: readonly Behaviour[],
  hours: number,
  stepMs: number,
  calmEach: number,
): Promise<FleetRun> {
  const began = performance.now();
  const begin = Date.UTC(2026, 10, 20);
  let at = begin;
  const hosts = behaviours.flatMap(({ name, hosts: count, used }) =>
    Array.from({ length: count }, (_, seed): { host: TestHost; seed: number; used: Behaviour['used']; calm: boolean } => ({
      host: testHost(`${name.replaceAll(' ', '-')}-${seed}`),
      seed,
      used,
      calm: name === 'calm',
    })),
  );
  const behaviourOf = new Map(behaviours.map(({ name }) => [name.replaceAll(' ', '-'), name]));
  const alerts = alertsOf(
    dataDir,
    hosts.map(({ host }) => host),
    () => at,
  );
  const changes: (IncidentChange & { behaviour: string })[] = [];
  alerts.onChange((change) => {
    const behaviour = behaviourOf.get(change.incident.hostId.replace(/-\d+$/, '')) ?? '';
    changes.push({ ...change, behaviour });
  });
  let samples = 0;
  for (let step = 0; step * stepMs < hours * 3_600_000; step += 1) {
    at = begin + step * stepMs;
    for (const { host, seed, used, calm } of hosts) {
      if (calm && step % calmEach !== 0) continue;
      const figure = used((step * stepMs) / 60_000, seed);
      if (figure === null) {
        if (host.row.status.state !== 'unreachable') host.row = { ...host.row, status: { state: 'unreachable', since: at } };
      } else {
        alerts.collect(host.host.id, sampleOf(host, at, figure));
        samples += 1;
      }
    }
    if (step === 0) for (let turn = 0; turn < 500; turn += 1) await settle();
    alerts.tick();
  }
  alerts.stop();
  const { store } = openAlertStore(dataDir, new Date(at));
  const rows = store.counts();
  store.close();
  return { changes, samples, rows, bytes: statSync(join(dataDir, 'alerts.db')).size, tookMs: performance.now() - began };
}
