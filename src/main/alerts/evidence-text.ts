import type { Evidence, IncidentView, OomReport, TimelineEntry } from '../../shared/contract/alerts.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

const utc = (at: number) => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** An incident with all there is of it, as plain text to be pasted into a ticket. */
export function incidentText(incident: IncidentView, timeline: readonly TimelineEntry[], evidence: Evidence | null): string {
  const lines = [
    `${incident.severity.toUpperCase()}: ${incident.summary}`,
    `State: ${incident.state}${incident.acknowledgedBy === null ? '' : ` by ${visibleText(incident.acknowledgedBy, 64)}`}`,
    `Since: ${utc(incident.since)}${incident.resolvedAt === null ? '' : `, resolved ${utc(incident.resolvedAt)}`}`,
    `Why: ${incident.why}`,
    `Clears: ${incident.clears}`,
    `Look at: ${incident.lookAt.join('; ')}`,
    '',
    'What happened:',
    ...timeline.map(
      ({ at, kind, text, by }) =>
        `  ${utc(at)}  ${kind}${by === null ? '' : ` (${visibleText(by, 64)})`}${text === '' ? '' : `: ${visibleText(text, 2000)}`}`,
    ),
  ];
  return `${[...lines, ...(evidence === null ? [] : ['', ...evidenceLines(evidence)])].join('\n')}\n`;
}

function evidenceLines({ at, processes, growthOverMs, memory, slabs, tmpfs, balloon, dom0, oom, missing }: Evidence): string[] {
  const column = (text: string, width: number) => text.padStart(width);
  const figures = [
    'MemTotal',
    'MemAvailable',
    'AnonPages',
    'Cached',
    'Shmem',
    'Slab',
    'SwapTotal',
    'SwapFree',
    'HugePages_Total',
    'HugePages_Free',
  ];
  const known = figures.filter((name) => memory[name] !== undefined);
  return [
    `Evidence of ${utc(at)}`,
    ...oom.flatMap((report) => ['', ...oomLines(report)]),
    '',
    `Processes${growthOverMs === null ? '' : `, growth over ${formatDuration(growthOverMs)}`}:`,
    `  ${column('resident', 10)} ${column('swap', 10)} ${column('grown', 10)}  pid, user, command`,
    ...processes.map(
      ({ resident, swap, grown, pid, user, command }) =>
        `  ${column(formatBytes(resident), 10)} ${column(formatBytes(swap), 10)} ${column(grown === null ? '' : formatBytes(grown), 10)}  ${pid} ${user} ${command}`,
    ),
    '',
    'Memory:',
    ...known.map((name) => `  ${name}: ${name.startsWith('HugePages') ? memory[name] : formatBytes(memory[name] ?? 0)}`),
    ...(balloon === null ? [] : [`  Balloon${balloon.dom0 ? ' of dom0' : ''}: ${balloonText(balloon)}`]),
    ...(dom0 === null ? [] : [`  dom0 is to have ${formatBytes(dom0.target)}, of at most ${formatBytes(dom0.most)}`]),
    ...section(
      'Caches of the kernel:',
      slabs.map(({ name, bytes }) => `${column(formatBytes(bytes), 10)}  ${name}`),
    ),
    ...section(
      'tmpfs:',
      tmpfs.map(({ mount, used, size }) => `${column(formatBytes(used), 10)}  of ${formatBytes(size)}  ${mount}`),
    ),
    ...section('Not to be had:', missing),
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function balloonText({ current, target }: { readonly current: number | null; readonly target: number | null }): string {
  const has = current === null ? '' : `has ${formatBytes(current)}`;
  const wants = target === null ? '' : `is to have ${formatBytes(target)}`;
  return [has, wants].filter((part) => part !== '').join(', ') || 'not told';
}

function oomLines({ at, when, victim, pid, resident, total, user, cgroup, limitedBy, invoker }: OomReport): string[] {
  return [
    `The kernel killed ${victim} (${pid})${at === null ? (when === '' ? '' : ` at ${when}`) : ` at ${utc(at)}`}`,
    `  it had ${formatBytes(resident)} resident of ${formatBytes(total)}${user === null ? '' : `, user ${user}`}`,
    ...(cgroup === null ? [] : [`  in ${cgroup}`]),
    limitedBy === null ? '  because the whole host had no memory left' : `  because ${limitedBy} was at its limit`,
    ...(invoker === null ? [] : [`  ${invoker} had asked for memory`]),
  ];
}
