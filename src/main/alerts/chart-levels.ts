import { type RuleId, ruleIds } from '../../shared/alert-rules.ts';
import type { ChartLevel } from '../../shared/contract/alerts.ts';
import type { HistorySeriesName } from '../../shared/contract/history.ts';
import type { RuleBook, RuledHost } from './rule-book.ts';

/** Figures that a level is a share or a multiple of. */
export interface Measures {
  /** Bytes; null while it is not known. */
  readonly memoryTotal: number | null;
  readonly swapTotal: number | null;
  readonly cores: number | null;
}

/** On which series of the charts a rule's levels are drawn, and what they are multiplied with. */
const drawn: Partial<Record<RuleId, readonly [series: HistorySeriesName, times: keyof Measures | null]>> = {
  'memory-used': ['memoryUsed', 'memoryTotal'],
  'swap-used': ['swapUsed', 'swapTotal'],
  'swap-in': ['swapInPerSecond', null],
  'pressure-some': ['pressureMemorySome', null],
  'pressure-full': ['pressureMemoryFull', null],
  load: ['load1', 'cores'],
  'packet-loss': ['retransmitted', null],
  'disk-space': ['diskFullest', null],
};

/** The levels that hold for a host, in the units of its charts. */
export function chartLevels(book: RuleBook, host: RuledHost, measures: Measures): ChartLevel[] {
  return ruleIds.flatMap((rule) => {
    const place = drawn[rule];
    const { settings } = book.effective(host, rule);
    if (place === undefined || !settings.enabled) return [];
    const [series, times] = place;
    const factor = times === null ? 1 : measures[times];
    if (factor === null || factor <= 0) return [];
    return (['warning', 'critical'] as const).flatMap((severity): ChartLevel[] => {
      const levels = settings[severity];
      return levels === null ? [] : [{ series, severity, rule, at: levels.set * factor }];
    });
  });
}
