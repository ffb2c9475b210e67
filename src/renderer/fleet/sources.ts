import { formatBytes, formatDuration, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { clockDate, clockTime } from '../components/clock-time.ts';
import { stateLooks } from '../components/host-states.ts';
import type { Source } from '../components/source.ts';
import type { ColumnId } from './columns.ts';
import type { FleetRow } from './rows.ts';

/** Where the value of a cell comes from; null for a cell that has nothing to add. */
export function sourceOf(row: FleetRow, column: ColumnId): Source | null {
  const { live, host, status, system } = row;
  switch (column) {
    case 'state':
      return { lines: stateLines(row) };
    case 'name':
      return status.problem ? { lines: stateLines(row) } : { lines: [`${host.user}@${host.address}, port ${host.port}`] };
    case 'address':
      return { lines: [`${host.user}@${host.address}, port ${host.port}`] };
    case 'tags':
      return host.tags.length > 0 ? { lines: [host.tags.map((tag) => visibleText(tag)).join(', ')] } : null;
    case 'group':
      return host.group === null ? null : { lines: [visibleText(host.group)] };
    case 'system':
      return system === null ? null : { lines: [visibleText(system)], from: fromHost(row, '/etc/os-release') };
    default:
      return live ? figureSource(row, live, column) : null;
  }
}

function figureSource(row: FleetRow, live: NonNullable<FleetRow['live']>, column: ColumnId): Source | null {
  switch (column) {
    case 'memory':
      return {
        lines: [
          `${formatBytes(live.memoryUsed)} used, ${formatBytes(live.memoryTotal - live.memoryUsed)} available of ${formatBytes(live.memoryTotal)}`,
          live.memoryApproximate ? 'Approximated: this kernel is older than 3.14 and has no MemAvailable' : 'MemTotal − MemAvailable',
        ],
        from: fromHost(row, '/proc/meminfo'),
      };
    case 'trend':
      return { lines: ['Used memory of the last 15 minutes, the highest of each 15 s'], from: fromHost(row, '/proc/meminfo') };
    case 'swap':
      return {
        lines: [live.swapTotal > 0 ? `${formatBytes(live.swapUsed)} used of ${formatBytes(live.swapTotal)}` : 'This host has no swap'],
        from: fromHost(row, '/proc/meminfo'),
      };
    case 'pressure':
      return live.pressureSome === null
        ? { lines: ['This kernel reports no pressure (PSI: Linux 4.20 and later, some need psi=1)'] }
        : {
            lines: [
              `Some task waited for memory ${formatRatio(live.pressureSome)} of the last 10 s`,
              `All tasks at once: ${formatRatio(live.pressureFull ?? 0)}`,
            ],
            from: fromHost(row, '/proc/pressure/memory'),
          };
    case 'load':
      return {
        lines: [`Load of the last minute, on ${live.cores} ${live.cores === 1 ? 'CPU' : 'CPUs'}`],
        from: fromHost(row, '/proc/loadavg'),
      };
    case 'cpu':
      return { lines: [`All ${live.cores} CPUs together, since the sample before`], from: fromHost(row, '/proc/stat') };
    case 'uptime':
      return { lines: [`Up since ${clockDate(live.sampledAt - live.uptimeMs)}`], from: fromHost(row, '/proc/uptime') };
    case 'age':
      return {
        lines: [
          `Sampled at ${clockTime(live.sampledAt)}, answered in ${Math.round(live.tookMs)} ms`,
          `Asked every ${formatDuration(live.intervalMs)}`,
        ],
      };
    default:
      return null;
  }
}

function stateLines({ status }: FleetRow): readonly string[] {
  const look = stateLooks[status.state];
  const lines = [`${look.word} since ${clockDate(status.since)}. ${look.meaning}`];
  if (status.problem) lines.push(visibleText(status.problem.message), visibleText(status.problem.hint));
  if (status.problem?.detail) lines.push(visibleText(status.problem.detail, 200));
  if (status.offeredKey && !status.problem?.detail?.includes(status.offeredKey.fingerprint))
    lines.push(`Offered: ${visibleText(status.offeredKey.type)} ${visibleText(status.offeredKey.fingerprint)}`);
  if (status.retryAt !== undefined) lines.push(`Next attempt at ${clockTime(status.retryAt)}`);
  return lines;
}

function fromHost(row: FleetRow, file: string): string {
  return `${file} · ${visibleText(row.host.name, 80)}${row.live ? ` · ${clockTime(row.live.sampledAt)}` : ''}`;
}
