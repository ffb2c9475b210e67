import { type Channels, type ChannelsDeps, openChannels } from '../../src/main/channels/channels.ts';
import type { IncidentSource } from '../../src/main/channels/incident-source.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import type { Store } from '../../src/main/storage/store.ts';
import type { ChannelOf, ChannelsState, ChannelView } from '../../src/shared/contract/channels.ts';
import type { HostRow } from '../../src/shared/contract/fleet.ts';
import type { Incident, IncidentChange, IncidentEvent } from '../../src/shared/incident.ts';

/** An incident with nothing special about it but `change`. */
export function incident(change: Partial<Incident> = {}): Incident {
  return {
    id: 'i1',
    hostId: 'h1',
    host: 'web01',
    part: null,
    rule: 'memory-used',
    ruleName: 'Memory used',
    severity: 'critical',
    state: 'firing',
    since: Date.UTC(2006, 10, 7, 9, 25),
    openedAt: Date.UTC(2006, 10, 7, 9, 30),
    resolvedAt: null,
    value: 0.96,
    level: 0.9,
    unit: 'ratio',
    summary: '96 % of the memory is used.',
    why: 'It was over 90 % for 5 minutes.',
    clears: 'It clears below 85 %.',
    lookAt: ['java has grown by 2 GiB'],
    ...change,
  };
}

export function changeOf(event: IncidentEvent, change: Partial<Incident> = {}): IncidentChange {
  return { event, at: Date.UTC(2006, 10, 7, 9, 30), incident: incident(change) };
}

/** Rules that say what a test says. */
export interface TestIncidents extends IncidentSource {
  push(...changes: IncidentChange[]): void;
}

export function testIncidents(): TestIncidents {
  const log: IncidentChange[] = [];
  const listeners = new Set<(change: IncidentChange) => void>();
  return {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // A part of them, as the rules may answer too.
    changesSince: (sequence) => log.slice(sequence, sequence + 50).map((change, index) => ({ sequence: sequence + index + 1, change })),
    open: () => [],
    push(...changes) {
      log.push(...changes);
      for (const change of changes) for (const listener of listeners) listener(change);
    },
  };
}

/** A host that is well, with 85 % of its memory used. */
export function hostRow(
  id: string,
  change: { name?: string; tags?: string[]; state?: HostRow['status']['state']; at?: number; origin?: 'demo' } = {},
): HostRow {
  const gibibyte = 2 ** 30;
  return {
    host: {
      id,
      name: change.name ?? id,
      address: id,
      port: 22,
      user: 'root',
      keyFile: null,
      group: null,
      tags: change.tags ?? [],
      enabled: true,
      origin: change.origin ?? 'manual',
    },
    status: { state: change.state ?? 'online', since: 0 },
    live: {
      sampledAt: change.at ?? Date.now(),
      tookMs: 1,
      intervalMs: 5_000,
      memoryTotal: 16 * gibibyte,
      memoryUsed: 13.6 * gibibyte,
      memoryApproximate: false,
      swapTotal: 2 * gibibyte,
      swapUsed: gibibyte,
      pressureSome: 0,
      pressureFull: 0,
      load1: 1.5,
      cores: 4,
      cpuUsed: 0.5,
      uptimeMs: 60_000,
      oomKills: 0,
    },
    trend: [],
    system: null,
  };
}

/** A settings file without a disk. */
export function memoryStore(values: Record<string, unknown> = {}): Store {
  const set = (key: string, value: unknown) => {
    values[key] = structuredClone(value);
  };
  return { path: 'nowhere', get: (key) => values[key], set };
}

export function openTestChannels(dataDir: string, deps: Partial<ChannelsDeps> = {}): Channels {
  return openChannels({
    dataDir,
    store: memoryStore(),
    vault: memoryVault(),
    incidents: testIncidents(),
    hosts: () => [],
    runner: () => {
      throw new Error('no host');
    },
    hostName: (host) => host,
    log: { info: () => undefined, warn: () => undefined },
    tickMs: 50,
    ...deps,
  });
}

let serial = 0;
function fresh(name: string) {
  serial += 1;
  const id = `00000000-0000-4000-8000-${String(serial).padStart(12, '0')}`;
  return { id, name: `${name} ${serial}`, enabled: true, only: [], secretFile: '' };
}
const http = { headers: [], signIn: { kind: 'none' }, authorities: '', timeoutMs: 10_000 } as const;
const everything: ChannelOf<'webhook'>['wants'] = {
  severity: 'warning',
  events: ['opened', 'worsened', 'eased', 'acknowledged', 'snoozed', 'resolved'],
};

export function webhook(url: string, change: Partial<ChannelOf<'webhook'>> = {}): ChannelOf<'webhook'> {
  return { kind: 'webhook', ...fresh('webhook'), ...http, headers: [], url, wants: everything, body: '', ...change };
}

export function feed(url: string, change: Partial<ChannelOf<'feed'>> = {}): ChannelOf<'feed'> {
  const names = { server: 'server', usage: 'usage_percent', timestamp: 'timestamp' };
  return { kind: 'feed', ...fresh('feed'), ...http, headers: [], url, intervalMs: 5_000, names, extra: '', ...change };
}

const nagios = {
  wants: everything,
  hostName: '{{host}}',
  incidentService: 'Hum {{ruleName}}',
  regular: { intervalMs: 5_000, memoryService: 'Memory', warnPercent: 80, criticalPercent: 90 },
};

export function nrdp(url: string, change: Partial<ChannelOf<'nrdp'>> = {}): ChannelOf<'nrdp'> {
  return { kind: 'nrdp', ...fresh('nrdp'), url, authorities: '', timeoutMs: 10_000, ...nagios, ...change };
}

export function nagiosFile(path: string, change: Partial<ChannelOf<'nagios-file'>> = {}): ChannelOf<'nagios-file'> {
  return { kind: 'nagios-file', ...fresh('nagios'), ...nagios, nagiosHost: 'n1', path, as: 'login', ...change };
}

export function slack(change: Partial<ChannelOf<'slack'>> = {}): ChannelOf<'slack'> {
  return { kind: 'slack', ...fresh('slack'), wants: everything, authorities: '', timeoutMs: 10_000, text: '', ...change };
}

export function mail(port: number, change: Partial<ChannelOf<'mail'>> = {}): ChannelOf<'mail'> {
  return {
    kind: 'mail',
    ...fresh('mail'),
    wants: everything,
    server: '127.0.0.1',
    port,
    security: 'none',
    authorities: '',
    timeoutMs: 10_000,
    user: '',
    from: 'hum@example.org',
    to: ['ops@example.org'],
    subject: '',
    text: '',
    ...change,
  };
}

export function command(program: string, args: string[], change: Partial<ChannelOf<'command'>> = {}): ChannelOf<'command'> {
  return { kind: 'command', ...fresh('command'), wants: everything, timeoutMs: 10_000, program, args, ...change };
}

/** The state that comes to be so. */
export async function stateThat(of: Channels, fits: (state: ChannelsState) => boolean): Promise<ChannelsState> {
  for await (const state of of.watch()) if (fits(state)) return state;
  throw new Error('it never was');
}

/** A channel once it is so. */
export async function channelThat(of: Channels, id: string, fits: (channel: ChannelView) => boolean): Promise<ChannelView> {
  const find = (state: ChannelsState) => state.channels.find((each) => each.channel.id === id && fits(each));
  const found = find(await stateThat(of, (state) => find(state) !== undefined));
  if (found === undefined) throw new Error('gone again');
  return found;
}
