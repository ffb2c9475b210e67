import type { DomainDetailEvent, DomainEvent, DomainRow, DomainSample } from '../../shared/contract/xen.ts';
import { appendSample } from '../components/chart/sample-window.ts';

/** As many events as the contract keeps of a domain. */
const maxEvents = 200;

/** What the page of a domain knows of it. */
export interface DomainDetail {
  readonly row: DomainRow;
  readonly samples: readonly DomainSample[];
  readonly events: readonly DomainEvent[];
  /** Neither there nor configured any more. */
  readonly gone: boolean;
}

/** The detail after one more event of its stream. Null until the snapshot came: what precedes it tells nothing. */
export function foldDomain(detail: DomainDetail | null, event: DomainDetailEvent): DomainDetail | null {
  if (event.kind === 'snapshot') {
    const samples = event.history.reduce<readonly DomainSample[]>(appendSample, []);
    return { row: event.row, samples, events: event.events.slice(-maxEvents), gone: false };
  }
  if (detail === null) return null;
  switch (event.kind) {
    case 'sample':
      return { ...detail, row: { ...detail.row, load: event.sample }, samples: appendSample(detail.samples, event.sample) };
    case 'facts':
      return { ...detail, row: { ...detail.row, facts: event.facts } };
    case 'event':
      return { ...detail, events: [...detail.events, event.event].slice(-maxEvents) };
    case 'gone':
      return { ...detail, gone: true };
  }
}
