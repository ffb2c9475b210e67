import type { HostDetailEvent, HostDisks, HostEvent, HostFacts, HostInterfaces, HostSample } from '../../shared/contract/fleet.ts';
import { Bell, pause, settled } from '../stream.ts';
import { patchSpacingMs, rowPatch } from './fleet-feed.ts';
import type { HostMonitor } from './host-monitor.ts';

/** What a reader that does not keep up may miss is older than this many samples, or events. */
const maxQueued = 200;

/** First all that is known of one host, then each sample and event, and what changed of its row. Ends after `removed`. */
export async function* hostFeed(
  monitor: HostMonitor,
  signal: AbortSignal,
  now: () => number,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<HostDetailEvent, void, void> {
  const bell = new Bell();
  const samples: HostSample[] = [];
  const events: HostEvent[] = [];
  let facts: HostFacts | undefined;
  let disks: HostDisks | undefined;
  let interfaces: HostInterfaces | undefined;
  let toldOf = '';
  const unwatch = monitor.watch({
    sample: (sample) => queue(samples, sample),
    event: (event) => queue(events, event),
    facts: (learnt) => {
      facts = learnt;
    },
    disks: (read) => {
      disks = read;
      bell.ring();
    },
    interfaces: (read) => {
      interfaces = read;
    },
    changed: () => bell.ring(),
  });
  const ready = async () => {
    if (writable !== undefined) await settled(writable(), signal);
    return !signal.aborted;
  };
  try {
    if (!(await ready())) return;
    let seen = monitor.latest;
    samples.length = 0;
    events.length = 0;
    facts = undefined;
    disks = undefined;
    interfaces = undefined;
    toldOf = JSON.stringify(monitor.interfaces?.troubles ?? null);
    yield {
      kind: 'snapshot',
      at: now(),
      row: monitor.row(),
      history: monitor.history(),
      facts: monitor.facts,
      disks: monitor.disks,
      interfaces: monitor.interfaces,
      events: monitor.events,
    };
    let sentAt = performance.now();

    while (!signal.aborted && !monitor.removed) {
      if (monitor.latest === seen && samples.length + events.length === 0 && facts === undefined && disks === undefined)
        await bell.wait(signal);
      await pause(sentAt + patchSpacingMs - performance.now(), signal);
      if (monitor.latest > seen) {
        if (!(await ready())) return;
        const patch = rowPatch(monitor, seen);
        seen = monitor.latest;
        yield { kind: 'row', at: now(), patch };
      }
      for (const sample of samples.splice(0)) {
        if (!(await ready())) return;
        yield { kind: 'sample', at: now(), sample };
      }
      for (const event of events.splice(0)) {
        if (!(await ready())) return;
        yield { kind: 'event', at: now(), event };
      }
      if (facts !== undefined) {
        if (!(await ready())) return;
        const learnt = facts;
        facts = undefined;
        yield { kind: 'facts', at: now(), facts: learnt };
      }
      if (disks !== undefined) {
        if (!(await ready())) return;
        const read = disks;
        disks = undefined;
        yield { kind: 'disks', at: now(), disks: read };
      }
      if (interfaces !== undefined) {
        const read = interfaces;
        interfaces = undefined;
        const told = JSON.stringify(read.troubles);
        if (told !== toldOf) {
          toldOf = told;
          if (!(await ready())) return;
          yield { kind: 'interfaces', at: now(), interfaces: read };
        }
      }
      sentAt = performance.now();
    }
    if (monitor.removed && (await ready())) yield { kind: 'removed', at: now() };
  } finally {
    unwatch();
  }

  function queue<T>(list: T[], item: T): void {
    list.push(item);
    if (list.length > maxQueued) list.shift();
    bell.ring();
  }
}
