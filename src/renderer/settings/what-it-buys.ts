import type { HistoryState } from '../../shared/contract/history.ts';
import { hostsWithin, reachWithin } from '../../shared/history-limits.ts';
import { formatBytes, formatDuration } from '../../shared/units.ts';
import { hostCount } from '../components/host-count.ts';

/** What a limit keeps, in words: of how many hosts everything, or how far back for those that there are. */
export function whatItBuys(limitBytes: number, { hosts, bytesPerHostDay }: Pick<HistoryState, 'hosts' | 'bytesPerHostDay'>): string {
  const limit = formatBytes(limitBytes);
  const most = hostsWithin(limitBytes, bytesPerHostDay);
  if (most >= hosts) return `${limit} holds all of that for about ${hostCount(most)}.`;
  const reach = reachWithin(limitBytes, hosts, bytesPerHostDay);
  const [samples, minutes, hours] = [reach.sample, reach.minute, reach.hour].map(formatDuration);
  return `${limit} holds for your ${hostCount(hosts)} about ${samples} of samples, ${minutes} of minutes and ${hours} of hours; the oldest make room.`;
}
