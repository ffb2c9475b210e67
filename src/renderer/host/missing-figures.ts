import type { HostSample, HostState } from '../../shared/contract/fleet.ts';
import { type ChartKind, figureOf } from '../components/chart/chart-kind.ts';

/**
 * Why a chart has nothing to show, as a sentence to stand in its place; null when it has. PSI came with Linux 4.20 and is compiled in
 * but off on some distributions, where `psi=1` on the kernel's command line turns it on (Documentation/accounting/psi.rst, kernel-parameters.txt).
 */
export function missingFigures(kind: ChartKind, samples: readonly HostSample[]): string | null {
  const newest = samples.at(-1);
  if (!newest) return null;
  if (kind.id === 'pressure' && kind.series.every((series) => figureOf(kind, newest, series.name) === null)) {
    return 'This kernel has no PSI (Linux 4.20 and later have it; some need psi=1 on the kernel command line).';
  }
  if ((kind.id === 'swap' || kind.id === 'swap-traffic') && figureOf(kind, newest, 'swapTotal') === 0) return 'This host has no swap.';
  // A host that was busy a while ago has something to show of then.
  if (kind.id === 'loss' && samples.length > 1 && samples.every((sample) => figureOf(kind, sample, 'retransmitted') === null)) {
    return 'This host sends fewer than 100 TCP segments in two minutes, too few for a share, or does not count them (/proc/net/snmp).';
  }
  return null;
}

/** Why there is nothing to draw at all, for the place of the charts; null while samples are there or may come any moment. */
export function noSamplesText(state: HostState): string | null {
  if (state === 'online' || state === 'connecting') return null;
  return state === 'disabled'
    ? 'A disabled host is not sampled.'
    : 'Nothing was sampled in the last 15 minutes. The charts begin with the first sample.';
}
