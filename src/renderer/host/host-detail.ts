import type { HostDetailEvent, HostDisks, HostEvent, HostFacts, HostInterfaces, HostRow, HostSample } from '../../shared/contract/fleet.ts';
import { appendSample } from '../components/chart/sample-window.ts';

/** As many events as the contract keeps of a host. */
const maxEvents = 200;

/** What the host page knows of its host. */
export interface HostDetail {
  readonly row: HostRow;
  readonly samples: readonly HostSample[];
  readonly facts: HostFacts | null;
  readonly disks: HostDisks | null;
  readonly interfaces: HostInterfaces | null;
  readonly events: readonly HostEvent[];
  /** The host was taken out of the inventory while we looked. */
  readonly removed: boolean;
}

/** The detail after one more event of its stream. Null until the snapshot came: what precedes it tells nothing. */
export function foldDetail(detail: HostDetail | null, event: HostDetailEvent): HostDetail | null {
  if (event.kind === 'snapshot') {
    const samples = event.history.reduce<readonly HostSample[]>(appendSample, []);
    const { row, facts, disks, interfaces } = event;
    return { row, samples, facts, disks, interfaces, events: event.events.slice(-maxEvents), removed: false };
  }
  if (detail === null) return null;
  switch (event.kind) {
    case 'sample':
      return { ...detail, samples: appendSample(detail.samples, event.sample) };
    case 'row': {
      const { id: _, ...changed } = event.patch;
      return { ...detail, row: { ...detail.row, ...changed } };
    }
    case 'facts':
      return { ...detail, facts: event.facts };
    case 'disks':
      return { ...detail, disks: event.disks };
    case 'interfaces':
      return { ...detail, interfaces: event.interfaces };
    case 'event':
      return { ...detail, events: [...detail.events, event.event].slice(-maxEvents) };
    case 'removed':
      return { ...detail, removed: true };
  }
}
