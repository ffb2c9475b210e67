import { describe, expect, it } from 'vitest';
import { foldDetail, type HostDetail } from '../../src/renderer/host/host-detail.ts';
import { remediesFor, remedyLabels, retryText } from '../../src/renderer/host/host-situation.ts';
import { type HostDetailEvent, type HostRow, type HostSample, seriesNames } from '../../src/shared/contract/fleet.ts';
import { hostStates } from '../../src/shared/host-states.ts';
import { inventoryHost } from '../support/inventory-host.ts';

const start = 1_790_000_000_000;

const row: HostRow = {
  host: inventoryHost('a'),
  status: { state: 'connecting', since: start },
  live: null,
  trend: [],
  system: null,
};

function sampleAt(at: number): HostSample {
  return { at, values: seriesNames.map(() => 1) };
}

function fold(events: readonly HostDetailEvent[]): HostDetail | null {
  return events.reduce<HostDetail | null>(foldDetail, null);
}

const snapshot: HostDetailEvent = {
  kind: 'snapshot',
  at: start,
  row,
  history: [sampleAt(start - 1000)],
  facts: null,
  disks: null,
  interfaces: null,
  events: [],
};

describe('the detail of a host', () => {
  it('begins with the snapshot; what comes before it tells nothing', () => {
    expect(fold([{ kind: 'sample', at: start, sample: sampleAt(start) }])).toBeNull();
    expect(fold([snapshot])?.samples.length).toBe(1);
  });

  it('begins anew with the next snapshot, after a lost connection', () => {
    const later: HostDetailEvent = { ...snapshot, at: start + 60_000, history: [sampleAt(start + 59_000)] };
    expect(fold([snapshot, { kind: 'sample', at: start, sample: sampleAt(start) }, later])?.samples.map((held) => held.at)).toEqual([
      start + 59_000,
    ]);
  });

  it('follows the state and the name of its host, and keeps the rest', () => {
    const detail = fold([
      snapshot,
      { kind: 'row', at: start, patch: { id: 'a', status: { state: 'online', since: start + 1 } } },
      { kind: 'row', at: start, patch: { id: 'a', host: { ...row.host, name: 'web02' } } },
    ]);
    expect(detail?.row.status.state).toBe('online');
    expect(detail?.row.host.name).toBe('web02');
    expect(detail?.samples.length).toBe(1);
  });

  it('keeps the last 200 events', () => {
    const events = Array.from({ length: 250 }, (_, index): HostDetailEvent => {
      return { kind: 'event', at: start, event: { at: start + index, severity: 'info', text: `event ${index}` } };
    });
    const detail = fold([snapshot, ...events]);
    expect(detail?.events.length).toBe(200);
    expect(detail?.events.at(-1)?.text).toBe('event 249');
  });

  it('says when the host was taken out of the inventory', () => {
    expect(fold([snapshot, { kind: 'removed', at: start }])?.removed).toBe(true);
  });
});

describe('what to do about a state', () => {
  it('is offered for every state that is in trouble, and for none that is well', () => {
    for (const state of hostStates) {
      const well = state === 'online' || state === 'connecting';
      expect(remediesFor(state).length > 0, state).toBe(!well);
      for (const remedy of remediesFor(state)) expect(remedyLabels[remedy]).toBeTruthy();
    }
  });

  it('never offers to trust a changed key', () => {
    expect(remediesFor('host-key-changed')).not.toContain('trust-key');
  });

  it('counts down to the next attempt', () => {
    const status = { state: 'unreachable', since: start, retryAt: start + 42_000 } as const;
    expect(retryText(status, start)).toBe('Next attempt in 42 s');
    expect(retryText(status, start - 200_000)).toBe('Next attempt in 4 min');
    expect(retryText(status, start + 43_000)).toBe('Trying again now');
    expect(retryText({ state: 'disabled', since: start }, start)).toBeNull();
  });
});
