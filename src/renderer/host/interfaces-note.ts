import type { HostInterfaces } from '../../shared/contract/fleet.ts';
import { troubleWords } from '../../shared/interface-words.ts';
import type { ChartNote } from '../components/chart/chart-kind.ts';

/** As many as there is room for below the legend. */
const mostShown = 2;

/** The interfaces that have errors or drops, the worst first; undefined while none is known to. */
export function interfacesNote(interfaces: HostInterfaces | null): ChartNote | undefined {
  const troubles = interfaces?.troubles ?? [];
  if (troubles.length === 0) return undefined;
  const shown = troubles.slice(0, mostShown).map((trouble) => `${troubleWords(trouble)}.`);
  const more = troubles.length - shown.length;
  return {
    lines: more === 0 ? shown : [...shown, `And ${more} more.`],
    tip: `/proc/net/dev, over the last minute. Drops count frames that nobody wanted, too.${more === 0 ? '' : ` ${troubles.slice(mostShown).map(troubleWords).join('. ')}.`}`,
  };
}
