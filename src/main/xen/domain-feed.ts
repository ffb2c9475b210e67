import type { DomainDetailEvent, DomainFacts } from '../../shared/contract/xen.ts';
import { Bell, pause, settled } from '../stream.ts';
import type { DomainRecord } from './domain-record.ts';
import { patchSpacingMs } from './xen-feed.ts';

/** What a reader that does not keep up may miss is older than this many samples and events. */
const mostQueued = 200;

/** First all that is known of one domain, then what happens. Ends after `gone`. */
export async function* domainFeed(
  record: DomainRecord,
  signal: AbortSignal,
  now: () => number,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<DomainDetailEvent, void, void> {
  const bell = new Bell();
  let queue: DomainDetailEvent[] = [];
  let facts: DomainFacts | undefined;
  const put = (event: DomainDetailEvent) => {
    queue.push(event);
    if (queue.length > mostQueued) queue.shift();
    bell.ring();
  };
  const unwatch = record.watch(
    {
      sample: (sample) => put({ kind: 'sample', sample }),
      event: (event) => put({ kind: 'event', event }),
      facts(learnt) {
        facts = learnt;
        bell.ring();
      },
      gone: () => bell.ring(),
    },
    now(),
  );
  const ready = async () => {
    if (writable !== undefined) await settled(writable(), signal);
    return !signal.aborted;
  };
  try {
    if (!(await ready())) return;
    queue = [];
    facts = undefined;
    yield { kind: 'snapshot', at: now(), row: record.row, history: record.history(now()), events: record.events };
    let sentAt = performance.now();
    while (!signal.aborted && !(record.gone && queue.length === 0)) {
      if (queue.length === 0 && facts === undefined) await bell.wait(signal);
      await pause(sentAt + patchSpacingMs - performance.now(), signal);
      const events = queue;
      queue = [];
      if (facts !== undefined) events.unshift({ kind: 'facts', facts });
      facts = undefined;
      for (const event of events) {
        if (!(await ready())) return;
        yield event;
      }
      sentAt = performance.now();
    }
    if (record.gone && (await ready())) yield { kind: 'gone' };
  } finally {
    unwatch();
  }
}
