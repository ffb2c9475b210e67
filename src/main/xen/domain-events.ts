import type { DomainEvent, DomainRow, DomainState } from '../../shared/contract/xen.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** What happened, without when. */
export type DomainNews = Omit<DomainEvent, 'at'>;

const info = (text: string): DomainNews => ({ severity: 'info', text });
const warning = (text: string): DomainNews => ({ severity: 'warning', text });

/**
 * What a domain's row tells has happened since the row before. `endedAs`: the uuid of what ran under this name until a minute ago, where
 * it has ended; a reboot builds a new domain with the same one.
 */
export function domainNews(before: DomainRow, after: DomainRow, endedAs: string | null): DomainNews[] {
  return [...presenceNews(before, after, endedAs), ...factNews(before, after)];
}

function presenceNews({ load: was, facts }: DomainRow, { load: is, facts: now }: DomainRow, endedAs: string | null): DomainNews[] {
  if (was.id === null && is.id === null) return [];
  if (is.id === null) return [info(`Ended: domain ${was.id} is gone`)];
  if (was.id === null) {
    return [info(endedAs !== null && endedAs === now.uuid ? `Rebooted: it is domain ${is.id} now` : `Started as domain ${is.id}`)];
  }
  if (was.id !== is.id) {
    const same = facts.uuid !== null && facts.uuid === now.uuid;
    return [same ? info(`Rebooted: it is domain ${is.id} now`) : warning(`Replaced: domain ${is.id} has its name now`)];
  }
  const news = stateNews(was.state, is.state);
  return news === undefined ? [] : [news];
}

function stateNews(before: DomainState, after: DomainState): DomainNews | undefined {
  if (before === after) return undefined;
  switch (after) {
    case 'crashed':
      return { severity: 'critical', text: 'Crashed: its remains are still there' };
    case 'shut-down':
      return warning('Shut down, but its remains are still there');
    case 'dying':
      return info('Is being taken down');
    case 'paused':
      return info('Paused');
    default:
      return before === 'paused' ? info('Unpaused') : undefined;
  }
}

function factNews({ facts: was, load }: DomainRow, { facts: is, load: now }: DomainRow): DomainNews[] {
  const news: DomainNews[] = [];
  if (load.id !== null && load.id === now.id) {
    if (was.memoryTarget !== is.memoryTarget) {
      news.push(info(`Memory: from ${formatBytes(was.memoryTarget)} to ${formatBytes(is.memoryTarget)}`));
    }
    if (was.memoryMax !== is.memoryMax)
      news.push(info(`Memory at most: from ${formatBytes(was.memoryMax)} to ${formatBytes(is.memoryMax)}`));
    if (load.vcpus !== now.vcpus) news.push(info(`Virtual CPUs: from ${load.vcpus} to ${now.vcpus}`));
  }
  if (was.autostart !== is.autostart) news.push(info(is.autostart ? 'Starts with the host from now on' : 'Starts with the host no more'));
  if (was.configFile !== is.configFile) {
    news.push(info(is.configFile === null ? 'Its configuration was removed' : `Its configuration is ${visibleText(is.configFile, 200)}`));
  }
  return news;
}

export const renamedNews = (before: string): DomainNews => info(`Renamed from ${visibleText(before, 100)}`);
export const configurationNews = info('Its configuration was changed on disk');
