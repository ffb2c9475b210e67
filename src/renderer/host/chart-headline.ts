import type { HostSample, SeriesName } from '../../shared/contract/fleet.ts';
import { formatBytes, formatRate, formatRatio } from '../../shared/units.ts';
import { valueLabel } from '../components/chart/chart-axis.ts';
import { type ChartKind, figureOf } from '../components/chart/chart-kind.ts';

/** The one sentence that a chart comes to at a sample, for the eye in a hurry and for who cannot see the picture. Empty when unknown. */
export function chartHeadline(kind: ChartKind<SeriesName>, sample: HostSample | undefined, cores: number | null): string {
  const figure = (name: SeriesName): number | null => figureOf(kind, sample, name);
  const share = (used: number | null, total: number | null, word: string): string =>
    used === null || !total ? '' : `${formatBytes(used)} of ${formatBytes(total)} ${word}, ${formatRatio(used / total)}`;
  switch (kind.id) {
    case 'memory':
      return share(figure('memoryUsed'), figure('memoryTotal'), 'used');
    case 'swap':
      return share(figure('swapUsed'), figure('swapTotal'), 'used');
    case 'cpu': {
      const parts = kind.series.filter(({ name }) => name !== 'cpuIowait').map(({ name }) => figure(name));
      return parts.every((part) => part === null) ? '' : `${formatRatio(parts.reduce<number>((sum, part) => sum + (part ?? 0), 0))} busy`;
    }
    case 'load': {
      const load = figure('load1');
      return load === null ? '' : `${load.toFixed(2)}${cores ? ` on ${cores} ${cores === 1 ? 'core' : 'cores'}` : ''}`;
    }
    case 'pressure': {
      const some = figure('pressureMemorySome');
      return some === null ? '' : `waiting for memory ${formatRatio(some)} of the time`;
    }
    case 'loss': {
      const share = figure('retransmitted');
      return share === null ? '' : `${valueLabel('ratio', share)} of the TCP segments sent again`;
    }
    default: {
      const [first, second] = kind.series;
      const sum = [first, second].reduce<number | null>((total, series) => {
        const value = series ? figure(series.name) : null;
        return value === null ? total : (total ?? 0) + value;
      }, null);
      if (sum !== null) return formatRate(sum);
      return kind.id === 'network' && sample ? 'read only while this page is open' : '';
    }
  }
}
