import type { ChannelOf } from '../../../shared/contract/channels.ts';
import { formatBytes } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Message, SampleMessage } from '../message.ts';
import { fill } from '../template.ts';
import { incidentValues, sampleValues, usagePercent } from '../values.ts';

/** A passive check result. `service` null: the check of the host itself. `state`: 0 OK or up, 1 warning or down, 2 critical, 3 unknown. */
export interface CheckResult {
  readonly host: string;
  readonly service: string | null;
  readonly state: 0 | 1 | 2 | 3;
  /** One line, `words|performance data`. */
  readonly output: string;
  /** Epoch ms. */
  readonly at: number;
}

type NagiosChannel = ChannelOf<'nrdp' | 'nagios-file'>;

/** In bytes. PIPE_BUF is 4,096 on Linux (pipe(7)): a longer line could be mixed with another writer's. */
const [longestName, longestWords] = [400, 2_800];

/** What Nagios is told of a message. @throws HumError `bad-input` for a template that cannot be filled in */
export function checkResults(channel: NagiosChannel, message: Message): readonly CheckResult[] {
  if (message.kind === 'incident') return [incidentResult(channel, message)];
  const { regular } = channel;
  if (regular === null) return [];
  const host = name(fill(channel.hostName, { ...sampleValues(message), host: visibleText(message.host) }));
  const up = message.state === 'online' || message.state === 'stale';
  const known = up || message.state === 'unreachable';
  // Of a host that Hum may not log in to it knows nothing.
  const check: CheckResult[] = known
    ? [{ host, service: null, state: up ? 0 : 1, output: words(up ? 'UP - Hum is connected' : `DOWN - ${message.why}`), at: message.at }]
    : [];
  return message.live === null ? check : [...check, memoryResult(regular, host, message, message.live)];
}

function memoryResult(
  { memoryService, warnPercent, criticalPercent }: NonNullable<NagiosChannel['regular']>,
  host: string,
  message: SampleMessage,
  live: NonNullable<SampleMessage['live']>,
): CheckResult {
  const percent = usagePercent(message) ?? 0;
  const state = percent >= criticalPercent ? 2 : percent >= warnPercent ? 1 : 0;
  const text = `MEMORY ${['OK', 'WARNING', 'CRITICAL'][state]} - ${percent} % used (${formatBytes(live.memoryUsed)} of ${formatBytes(live.memoryTotal)})`;
  return {
    host,
    service: name(memoryService),
    state,
    output: `${words(text)}|mem=${percent}%;${warnPercent};${criticalPercent};0;100`,
    at: message.at,
  };
}

function incidentResult(channel: NagiosChannel, message: Extract<Message, { kind: 'incident' }>): CheckResult {
  const values = incidentValues(message);
  const { incident, at } = message.change;
  const state = incident.state === 'resolved' ? 0 : incident.severity === 'critical' ? 2 : 1;
  const text = `${values.status} - ${values.what} Value ${values.value}, level ${values.level}, since ${values.since}. ${values.why} ${values.clears} Look at: ${values.lookAt}`;
  return {
    host: name(fill(channel.hostName, values)),
    service: name(fill(channel.incidentService, values)),
    state,
    output: `${words(text)}${performance(incident.value, incident.level, incident.unit, incident.severity)}`,
    at,
  };
}

/** `|value=96%;;90`: Nagios Plugin Development Guidelines, "Performance data". The level stands where its severity does. */
function performance(value: number | null, level: number | null, unit: string, severity: 'warning' | 'critical'): string {
  if (value === null || !Number.isFinite(value)) return '';
  const factor = unit === 'ratio' ? 100 : 1;
  const mark = unit === 'ratio' ? '%' : unit === 'bytes' ? 'B' : '';
  const figure = (number: number) => String(Math.round(number * factor * 1000) / 1000);
  const shown = level === null ? '' : figure(level);
  return `|value=${figure(value)}${mark};${severity === 'warning' ? shown : ''};${severity === 'critical' ? shown : ''}`;
}

/** `;` ends a field of an external command. */
function name(text: string): string {
  return firstBytes(visibleText(text.trim()).replaceAll(';', ','), longestName);
}

/** `|` begins the performance data, and Nagios makes a line end of a backslash and an n. */
function words(text: string): string {
  return firstBytes(visibleText(text, longestWords).replaceAll(/[|\\]/g, '/'), longestWords);
}

/** As much of a text as fits, in whole characters. */
function firstBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  return bytes.length <= most
    ? text
    : bytes
        .subarray(0, most)
        .toString('utf8')
        .replace(/\ufffd+$/, '');
}
