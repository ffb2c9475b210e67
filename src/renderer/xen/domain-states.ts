import type { DomainState } from '../../shared/contract/xen.ts';
import type { Tone } from '../components/host-states.ts';

interface DomainStateLook {
  readonly word: string;
  readonly tone: Tone;
  /** One sentence: what this state means. */
  readonly meaning: string;
}

/** How each state is shown, and what it means. xl(1), "list". */
export const domainStateLooks: Readonly<Record<DomainState, DomainStateLook>> = {
  running: { word: 'Running', tone: 'good', meaning: 'It is on a CPU, or ready to be.' },
  idle: { word: 'Idle', tone: 'good', meaning: 'It is up and waits for work (blocked, in the words of xl).' },
  paused: { word: 'Paused', tone: 'warn', meaning: 'It holds its memory and gets no CPU time until it is unpaused.' },
  'shut-down': {
    word: 'Ended',
    tone: 'warn',
    meaning: 'The guest has ended and its remains are still there: destroy it to free its name and memory.',
  },
  crashed: { word: 'Crashed', tone: 'bad', meaning: 'The guest has crashed and is kept as it was.' },
  dying: { word: 'Dying', tone: 'wait', meaning: 'It is being taken down; something still holds parts of it.' },
  off: { word: 'Off', tone: 'off', meaning: 'It is configured on the host and not there.' },
};

/** From what is worst to what is quiet. */
export const domainStatesByUrgency: readonly DomainState[] = ['crashed', 'shut-down', 'dying', 'paused', 'running', 'idle', 'off'];

const up: ReadonlySet<DomainState> = new Set(['running', 'idle', 'paused']);

/** Whether a domain in this state is there and alive: running, idle or paused. */
export function isUp(state: DomainState): boolean {
  return up.has(state);
}
