import type { DomainRow } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** What a waiting step waits for. */
export type Effect =
  /** It is there and has stayed for a moment: neither crashed nor ended at once. */
  | { readonly effect: 'running' }
  /** It has shut down: gone, or its remains are left. */
  | { readonly effect: 'ended' }
  | { readonly effect: 'gone' }
  /** There with another id. */
  | { readonly effect: 'rebooted' }
  | { readonly effect: 'paused' }
  | { readonly effect: 'unpaused' }
  | { readonly effect: 'memory'; readonly memory: number }
  | { readonly effect: 'vcpus'; readonly vcpus: number }
  | { readonly effect: 'named'; readonly name: string };

/** The domain that is waited for, as it was when the plan was made. */
export interface Waited {
  readonly uuid: string | null;
  readonly id: number | null;
  readonly name: string;
}

/** The row that is this domain now, among those of one host that are there. */
export function rowOf({ effect }: Effect, { uuid, id, name }: Waited, rows: readonly DomainRow[]): DomainRow | undefined {
  const there = rows.filter((row) => row.load.id !== null);
  const same = uuid === null ? undefined : there.find((row) => row.facts.uuid === uuid);
  if (same !== undefined || (uuid !== null && effect !== 'running')) return same;
  // A start may give it a uuid that nobody knew before.
  return there.find((row) => row.name === name && (effect === 'running' || uuid !== null || id === null || row.load.id === id));
}

/**
 * Whether the effect is there. `before` is the row as it was last seen, for what has to stay a moment: null where it was not there either,
 * undefined at the first look.
 * @throws HumError for what will never come: it crashed, or ended, instead
 */
export function reached(effect: Effect, domain: Waited, row: DomainRow | undefined, before: DomainRow | null | undefined): boolean {
  switch (effect.effect) {
    case 'running':
      if (row === undefined && before !== undefined) throw endedAtOnce(domain, 'ended');
      if (row?.load.state === 'crashed' || row?.load.state === 'shut-down')
        throw endedAtOnce(domain, row.load.state === 'crashed' ? 'crashed' : 'ended');
      return row !== undefined && row.load.id === before?.load.id && row.load.state !== 'dying';
    case 'ended':
      return row === undefined || row.load.state === 'shut-down' || row.load.state === 'dying' || row.load.state === 'crashed';
    case 'gone':
      return row === undefined;
    case 'rebooted':
      if (row?.load.state === 'crashed') throw endedAtOnce(domain, 'crashed');
      return row !== undefined && row.load.id !== domain.id && (row.load.state === 'running' || row.load.state === 'idle');
    case 'paused':
      return row?.load.state === 'paused';
    case 'unpaused':
      return row !== undefined && row.load.state !== 'paused';
    case 'memory':
      // Xen keeps a little for itself, and the balloon moves in whole pages.
      return row !== undefined && Math.abs(row.load.memory - effect.memory) <= Math.max(2 * 2 ** 20, effect.memory * 0.01);
    case 'vcpus':
      return row?.load.vcpus === effect.vcpus;
    case 'named':
      return row?.name === effect.name;
  }
}

/**
 * What to say when the time is over and the effect has not come. Memory and virtual CPUs are the guest's to give and to take: their target
 * stays, and a sentence is enough.
 */
export function outOfTime(effect: Effect, domain: Waited, row: DomainRow | undefined, limit: string): { readonly said: string } | HumError {
  const name = visibleText(domain.name, 60);
  if (effect.effect === 'memory' && row !== undefined) {
    return { said: `The guest has not followed within ${limit}: it has ${formatBytes(row.load.memory)} now. The target stays.` };
  }
  if (effect.effect === 'vcpus' && row !== undefined) {
    return { said: `The guest has not followed within ${limit}: it uses ${row.load.vcpus} virtual CPUs now. The target stays.` };
  }
  if (effect.effect === 'ended' || effect.effect === 'rebooted') {
    const what = effect.effect === 'ended' ? 'shut down' : 'come back';
    return new HumError({
      code: 'guest-ignored',
      message: `${name} has not ${what} within ${limit}.`,
      hint: 'Its system may ignore the request, or still be busy with it: look at its console. If nothing helps, destroy it.',
    });
  }
  const state = row === undefined ? 'not there' : row.load.state;
  return new HumError({
    code: 'wrong-state',
    message: `${name} is ${state} after ${limit}, which is not what was asked for.`,
    hint: 'Somebody else may have changed it meanwhile. Look at it, then decide again.',
  });
}

function endedAtOnce({ name }: Waited, how: 'crashed' | 'ended'): HumError {
  return new HumError({
    code: 'toolstack-failed',
    message: `${visibleText(name, 60)} ${how} right after it was started.`,
    hint: 'Its console says why; /var/log/xen on the host has what the toolstack saw.',
  });
}
