import { useEffect, useState } from 'react';
import type { DomainDetailEvent, DomainRow } from '../../shared/contract/xen.ts';
import { subscribe } from '../app/client.ts';

/** The domain as it is now, for as long as it is looked at; null until it is known, and kept as it was last known after it has gone. */
export function useDomainRow(host: string, key: string): DomainRow | null {
  const [row, setRow] = useState<DomainRow | null>(null);
  useEffect(() => {
    setRow(null);
    return subscribe(
      (client, signal) => client.xen.watchDomain({ host, key }, { signal }),
      (event) => setRow((before) => foldRow(before, event)),
      // The terminal itself says what is wrong.
      { onProblem: () => undefined },
    );
  }, [host, key]);
  return row;
}

/** The row after one more event of its stream. */
export function foldRow(row: DomainRow | null, event: DomainDetailEvent): DomainRow | null {
  if (event.kind === 'snapshot') return event.row;
  if (row === null) return null;
  if (event.kind === 'facts') return { ...row, facts: event.facts };
  if (event.kind === 'sample') {
    const { memoryTarget: _, ...load } = event.sample;
    return { ...row, load };
  }
  if (event.kind === 'gone') return { ...row, load: { ...row.load, id: null, state: 'off' } };
  return row;
}
