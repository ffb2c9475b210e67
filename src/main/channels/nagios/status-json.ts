import { z } from 'zod';
import type { NagiosProblem } from '../../../shared/contract/channels.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { NagiosStatus } from './status-dat.ts';

/** The two questions to statusjson.cgi (Nagios Core 4: "JSON CGIs"). */
export const statusQueries = [
  'query=servicelist&details=true&servicestatus=warning+critical+unknown',
  'query=hostlist&details=true&hoststatus=down+unreachable',
] as const;

/** The bits of include/statusdata.h of Nagios 4; its time is epoch ms, 0 for never. */
const serviceStates: Readonly<Record<number, NagiosProblem['state']>> = { 4: 'warning', 8: 'unknown', 16: 'critical' };
const hostStates: Readonly<Record<number, NagiosProblem['state']>> = { 4: 'down', 8: 'unreachable' };

const details = z.object({
  status: z.number(),
  state_type: z.number().catch(1),
  plugin_output: z.string().catch(''),
  last_state_change: z.number().catch(0),
  last_check: z.number().catch(0),
  problem_has_been_acknowledged: z.boolean().catch(false),
  scheduled_downtime_depth: z.number().catch(0),
});
type Details = z.infer<typeof details>;

const answer = z.object({
  result: z.object({ type_code: z.number(), message: z.string().catch(''), last_data_update: z.number().catch(0) }),
  data: z
    .object({
      servicelist: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
      hostlist: z.record(z.string(), z.unknown()).optional(),
    })
    .catch({}),
});

const mostProblems = 2000;

/** Reads what statusjson.cgi answered to one of the two questions; a sentence about what is wrong with it otherwise. */
export function readStatusJson(text: string): NagiosStatus | string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return 'The answer is no JSON.';
  }
  const read = answer.safeParse(parsed);
  if (!read.success) return 'The answer is not what statusjson.cgi of Nagios 4 would say.';
  const { result, data } = read.data;
  if (result.type_code !== 0) return visibleText(result.message, 300) || 'Nagios refused the question.';
  const services = Object.entries(data.servicelist ?? {}).flatMap(([host, all]) =>
    Object.entries(all).flatMap(([service, each]) => problemIn(host, service, serviceStates, each)),
  );
  const hosts = Object.entries(data.hostlist ?? {}).flatMap(([host, each]) => problemIn(host, null, hostStates, each));
  const problems = [...hosts, ...services];
  return {
    writtenAt: timeOf(result.last_data_update),
    problems: problems.slice(0, mostProblems),
    over: Math.max(0, problems.length - mostProblems),
  };
}

function problemIn(
  host: string,
  service: string | null,
  states: Readonly<Record<number, NagiosProblem['state']>>,
  value: unknown,
): readonly NagiosProblem[] {
  const read: Details | undefined = details.safeParse(value).data;
  const state = read === undefined ? undefined : states[read.status];
  if (read === undefined || state === undefined) return [];
  return [
    {
      host: visibleText(host, 200),
      service: service === null ? null : visibleText(service, 200),
      state,
      hard: read.state_type !== 0,
      output: visibleText(read.plugin_output, 500),
      since: timeOf(read.last_state_change),
      checkedAt: timeOf(read.last_check),
      acknowledged: read.problem_has_been_acknowledged,
      downtime: read.scheduled_downtime_depth > 0,
    },
  ];
}

function timeOf(ms: number): number | null {
  return ms > 0 && ms < 8.64e15 ? ms : null;
}
