import { describe, expect, it } from 'vitest';
import { activityLabel, applyPlans, countPlans, hasEnded } from '../../src/renderer/plans/plan-list.ts';
import { decisionsFor, planProgress, stepDuration } from '../../src/renderer/plans/plan-looks.ts';
import type { PlanState, PlanView, StepState, StepView } from '../../src/shared/contract/plans.ts';

function step(state: StepState, change: Partial<StepView> = {}): StepView {
  return {
    title: 'Pause',
    host: 'h1',
    command: 'xl pause web01',
    undo: null,
    state,
    startedAt: null,
    endedAt: null,
    output: '',
    progress: '',
    ...change,
  };
}

function plan(id: string, state: PlanState, change: Partial<PlanView> = {}): PlanView {
  const about = { kind: 'xen.pause', title: `Pause ${id}`, host: 'h1', hostName: 'xen-a', subject: id, batch: 'b', by: 'ada' };
  return { id, ...about, state, direction: 'forward', createdAt: 1, endedAt: null, steps: [step('waiting')], ...change };
}

describe('the plans that a window knows', () => {
  it('are those of the newest snapshot and what came after it, the unchanged ones the same objects', () => {
    const old = applyPlans(new Map(), { kind: 'snapshot', plans: [plan('gone', 'running')] });
    const first = applyPlans(old, { kind: 'snapshot', plans: [plan('a', 'running'), plan('b', 'queued')] });
    const second = applyPlans(first, { kind: 'patch', plans: [plan('a', 'done', { endedAt: 5 }), plan('c', 'queued')] });
    expect([...second.values()].map(({ id, state }) => `${id} ${state}`)).toEqual(['a done', 'b queued', 'c queued']);
    expect(second.get('b')).toBe(first.get('b'));
  });

  it('are bounded, and what is open or undecided is never forgotten', () => {
    const ended = Array.from({ length: 300 }, (_, at) => plan(`e${at}`, 'done', { endedAt: at }));
    const known = applyPlans(new Map(), {
      kind: 'snapshot',
      plans: [plan('open', 'running'), plan('stuck', 'stuck', { endedAt: 0 }), ...ended],
    });
    expect([...known.values()].filter(hasEnded)).toHaveLength(200);
    expect(known.has('open') && known.has('stuck') && known.has('e299')).toBe(true);
    expect(known.has('e0')).toBe(false);
  });

  it('are counted for the bar, and the count reads as a sentence', () => {
    const states: PlanState[] = ['queued', 'running', 'undoing', 'done', 'failed', 'stuck', 'interrupted', 'dismissed'];
    const counts = countPlans(new Map(states.map((state) => [state, plan(state, state)])));
    expect(counts).toEqual({ underWay: 3, undecided: 2 });
    expect(activityLabel(counts)).toBe('Activity, 3 under way, 2 need a decision');
    expect(activityLabel({ underWay: 0, undecided: 1 })).toBe('Activity, 1 needs a decision');
    expect(activityLabel({ underWay: 0, undecided: 0 })).toBe('Activity');
  });
});

describe('the decisions about a plan', () => {
  it.each<[PlanState, 'forward' | 'back', string[]]>([
    ['queued', 'forward', ['cancel']],
    ['queued', 'back', []],
    ['running', 'forward', ['cancel']],
    ['undoing', 'back', []],
    ['interrupted', 'forward', ['resume', 'undo', 'dismiss']],
    ['interrupted', 'back', ['undo', 'dismiss']],
    ['stuck', 'back', ['undo', 'dismiss']],
    ['done', 'forward', []],
    ['failed', 'back', []],
  ])('that is %s and goes %s are %j', (state, direction, decisions) => {
    expect(decisionsFor({ state, direction })).toEqual(decisions);
  });

  it('that is done are to undo it, where that can be done', () => {
    expect(decisionsFor({ state: 'done', direction: 'forward' })).toEqual([]);
    expect(decisionsFor({ state: 'done', direction: 'forward', undoable: true })).toEqual(['undo']);
  });
});

describe('a step', () => {
  it('tells how long it took, counts while it runs, and says nothing where it is not known', () => {
    expect(stepDuration({ startedAt: 1000, endedAt: 1240 }, 'done', 0)).toBe('240 ms');
    expect(stepDuration({ startedAt: 1000, endedAt: 4400 }, 'done', 0)).toBe('3.4 s');
    expect(stepDuration({ startedAt: 1000, endedAt: null }, 'running', 13_500)).toBe('12 s');
    expect(stepDuration({ startedAt: 1000, endedAt: null }, 'unknown', 13_500)).toBe('');
    expect(stepDuration({ startedAt: null, endedAt: null }, 'waiting', 5)).toBe('');
    expect(stepDuration({ startedAt: 1000, endedAt: 900 }, 'done', 0)).toBe('0 ms');
  });

  it('is counted from the first', () => {
    expect(planProgress({ steps: [step('waiting'), step('waiting')] })).toBe('step 1 of 2');
    expect(planProgress({ steps: [step('done'), step('running'), step('waiting')] })).toBe('step 2 of 3');
  });
});
