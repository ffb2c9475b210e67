import { z } from 'zod';
import type { HostRow } from '../../shared/contract/fleet.ts';
import type { Incident, IncidentChange } from '../../shared/incident.ts';

/** A host's newest figures for a feed. Bytes, ratios 0..1, epoch ms. */
const sample = z.object({
  kind: z.literal('sample'),
  host: z.string(),
  group: z.string().nullable(),
  tags: z.array(z.string()),
  /** As the fleet has it: `online`, `unreachable`, … */
  state: z.string(),
  /** In words, where it is not online. */
  why: z.string(),
  at: z.number(),
  /** Null for a host without figures, or whose figures are from before it went away. */
  live: z
    .object({
      memoryUsed: z.number(),
      memoryTotal: z.number(),
      swapUsed: z.number(),
      swapTotal: z.number(),
      load1: z.number(),
      cores: z.number(),
      cpuUsed: z.number().nullable(),
      uptimeMs: z.number(),
    })
    .nullable(),
});
export type SampleMessage = z.infer<typeof sample>;

const nullableNumber = z.number().nullable();

const incident: z.ZodType<Incident> = z.object({
  id: z.string(),
  hostId: z.string(),
  host: z.string(),
  part: z.string().nullable(),
  rule: z.string(),
  ruleName: z.string(),
  severity: z.enum(['warning', 'critical']),
  state: z.enum(['pending', 'firing', 'acknowledged', 'snoozed', 'resolved']),
  since: z.number(),
  openedAt: z.number(),
  resolvedAt: nullableNumber,
  value: nullableNumber,
  level: nullableNumber,
  unit: z.string(),
  summary: z.string(),
  why: z.string(),
  clears: z.string(),
  lookAt: z.array(z.string()),
});

const change: z.ZodType<IncidentChange> = z.object({
  event: z.enum(['opened', 'worsened', 'eased', 'acknowledged', 'snoozed', 'resolved']),
  at: z.number(),
  incident,
});

const incidentMessage = z.object({ kind: z.literal('incident'), change, /** It only tries the way. */ test: z.boolean() });
export type IncidentMessage = z.infer<typeof incidentMessage>;

const message = z.discriminatedUnion('kind', [sample, incidentMessage]);
/** What waits in the outbox: facts, not words. The words are made when it is sent, from the templates of that moment. */
export type Message = SampleMessage | IncidentMessage;

/** A message as it stood on the disk; undefined for what is none. */
export function readMessage(text: string): Message | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** Figures older than this, and than three of the host's own intervals, are from before it went away, ms. */
const freshMs = 60_000;

/** The figures of a host as they are now, `at` (epoch ms). */
export function sampleOf({ host, status, live }: HostRow, at: number): SampleMessage {
  const fresh = live !== null && status.state === 'online' && at - live.sampledAt <= Math.max(freshMs, 3 * live.intervalMs) ? live : null;
  return {
    kind: 'sample',
    host: host.name,
    group: host.group,
    tags: [...host.tags],
    state: status.state,
    why: status.problem?.message ?? '',
    at: fresh?.sampledAt ?? at,
    live:
      fresh === null
        ? null
        : {
            memoryUsed: fresh.memoryUsed,
            memoryTotal: fresh.memoryTotal,
            swapUsed: fresh.swapUsed,
            swapTotal: fresh.swapTotal,
            load1: fresh.load1,
            cores: fresh.cores,
            cpuUsed: fresh.cpuUsed,
            uptimeMs: fresh.uptimeMs,
          },
  };
}

/** For previews and tests, said to be what it is. */
export function exampleMessages(now: number): { readonly sample: SampleMessage; readonly incident: IncidentMessage } {
  const gibibyte = 2 ** 30;
  return {
    sample: {
      kind: 'sample',
      host: 'hum-test',
      group: 'test',
      tags: ['test'],
      state: 'online',
      why: '',
      at: now,
      live: {
        memoryUsed: 13.6 * gibibyte,
        memoryTotal: 16 * gibibyte,
        swapUsed: 0,
        swapTotal: 2 * gibibyte,
        load1: 0.4,
        cores: 4,
        cpuUsed: 0.12,
        uptimeMs: 3_600_000,
      },
    },
    incident: {
      kind: 'incident',
      test: true,
      change: {
        event: 'opened',
        at: now,
        incident: {
          id: 'hum-test',
          hostId: 'hum-test',
          host: 'hum-test',
          part: null,
          rule: 'memory-used',
          ruleName: 'Memory used',
          severity: 'warning',
          state: 'firing',
          since: now - 300_000,
          openedAt: now,
          resolvedAt: null,
          value: 0.85,
          level: 0.8,
          unit: 'ratio',
          summary: 'This is a test of Hum: 85 % of the memory would be used.',
          why: 'A person pressed “Send a test”.',
          clears: 'It is over already: no host is in trouble.',
          lookAt: ['Nothing. That this arrived is all it says.'],
        },
      },
    },
  };
}
