import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type StepHandler, StepRefused } from '../../src/main/plans/plan.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import { HumError } from '../../src/shared/errors.ts';
import { patience } from '../support/patience.ts';
import { becomes, connected, type PlansRig, plansRig, startOne, toyPlan, toyStep, viewOf } from '../support/plans.ts';

let rig: PlansRig;
let plans: Plans;

beforeEach(async () => {
  rig = plansRig();
  plans = await rig.open();
});
afterEach(() => rig.close());

const states = (view: { readonly steps: readonly { readonly state: string }[] }) => view.steps.map((step) => step.state);
const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });

describe('a plan', () => {
  it('does its steps in order, one after the other, and is done', async () => {
    const id = startOne(plans, toyPlan([toyStep('a'), toyStep('b'), toyStep('c')]));
    const view = await becomes(plans, id, 'done');
    expect(rig.log).toEqual(['+a', '+b', '+c']);
    expect(view).toMatchObject({ by: 'tester', hostName: 'name of h1', endedAt: expect.any(Number) });
    expect(view.steps[0]).toMatchObject({ state: 'done', command: 'toy +a', undo: 'toy -a', output: '+a printed\n' });
  });

  it('undoes in reverse when a step fails, the failed one first, and says what was undone', async () => {
    const id = startOne(plans, toyPlan([toyStep('a'), toyStep('b'), toyStep('c', 'fails'), toyStep('d')]));
    const view = await becomes(plans, id, 'failed');
    expect(rig.log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
    expect(states(view)).toEqual(['undone', 'undone', 'undone', 'waiting']);
    expect(view.problem).toMatchObject({ code: 'command-failed', message: '+c failed', host: 'h1' });
    expect(view.problem?.hint).toContain('What had been done was undone.');
  });

  it('says what cannot be undone and stays', async () => {
    const id = startOne(plans, toyPlan([toyStep('a', 'well', null), toyStep('b', 'fails')]));
    const view = await becomes(plans, id, 'failed');
    expect(states(view)).toEqual(['kept', 'undone']);
    expect(view.problem?.hint).toContain('“Do a” cannot be undone and stays.');
  });

  it('is stuck when an undo fails, and the rest is undone all the same; it can be undone again', async () => {
    const id = startOne(plans, toyPlan([toyStep('a'), toyStep('b', 'well', 'fails'), toyStep('c', 'fails')]));
    const view = await becomes(plans, id, 'stuck');
    expect(rig.log).toEqual(['+a', '+b', '+c', '-c', '-b', '-a']);
    expect(states(view)).toEqual(['undone', 'undo-failed', 'undone']);
    expect(view.problem).toMatchObject({ code: 'undo-failed', detail: 'said so' });

    plans.undo(id);
    await expect.poll(() => rig.log.at(-1), patience).toBe('-b again');
    await becomes(plans, id, 'stuck');
    expect(rig.log).toHaveLength(7);
    plans.dismiss(id);
    expect(await viewOf(plans, id)).toMatchObject({ state: 'dismissed' });
  });

  it('that never reached its host has nothing to undo there', async () => {
    const id = startOne(plans, toyPlan([toyStep('a', 'unsent')]));
    const view = await becomes(plans, id, 'failed');
    expect(rig.log).toEqual([]);
    expect(view.problem).toMatchObject({ code: 'connection-lost', hint: 'Nothing was left to undo.' });
  });

  it('that refused before it changed anything is not undone, what went before is', async () => {
    const refusing: StepHandler = async (_args, { runner }) => {
      runner();
      throw new StepRefused({ code: 'wrong-state', message: 'It is off.', hint: 'Start it.' });
    };
    plans = await rig.open({ handlers: { refuses: refusing } });
    const step = { ...toyStep('b'), action: { handler: 'refuses', args: {}, shown: 'refuse' } };
    const view = await becomes(plans, startOne(plans, toyPlan([toyStep('a'), step])), 'failed');
    expect(rig.log).toEqual(['+a', '-a']);
    expect(states(view)).toEqual(['undone', 'failed']);
  });

  describe('that is done, of a kind that can be undone later,', () => {
    const said: { undo: 'refuses' | 'well' | 'fails' } = { undo: 'well' };
    const later: StepHandler = async (_args, { runner }) => {
      runner();
      rig.log.push('-b');
      if (said.undo === 'well') return;
      const problem = { code: 'config-changed' as const, message: 'It was changed.', hint: 'Look.' };
      throw said.undo === 'refuses' ? new StepRefused(problem) : new HumError(problem);
    };
    const last = { ...toyStep('b'), undo: { handler: 'later', args: {}, shown: 'undo b' } };
    const doneOne = async (steps = [toyStep('a'), last, toyStep('c', 'well', null)]) => {
      plans = await rig.open({ handlers: { later }, undoneLater: new Set(['toy']) });
      const id = startOne(plans, toyPlan(steps, { subject: 'one' }));
      expect(await becomes(plans, id, 'done')).toMatchObject({ undoable: true });
      return id;
    };

    it('is undone from its end', async () => {
      said.undo = 'well';
      const id = await doneOne();
      plans.undo(id);
      const view = await becomes(plans, id, 'undone');
      expect(rig.log).toEqual(['+a', '+b', '+c', '-b', '-a']);
      expect(states(view)).toEqual(['undone', 'undone', 'kept']);
      expect(view.undoable).toBe(undefined);
      expect(view.problem).toMatchObject({ code: 'undone', message: 'tester undid it after it was done.' });
      expect(() => plans.undo(id)).toThrow('it cannot be undone now');
    });

    it('stays done where the first undo is refused, after a restart too, and can be undone when nothing stands in the way', async () => {
      said.undo = 'refuses';
      const id = await doneOne();
      plans.undo(id);
      const refused = await vi.waitFor(async () => {
        const view = await becomes(plans, id, 'done');
        return view.problem === undefined ? expect.fail('no reason yet') : view;
      }, patience);
      expect(states(refused)).toEqual(['done', 'done', 'done']);
      expect(refused).toMatchObject({ undoable: true, problem: { code: 'config-changed', message: 'It was not undone: It was changed.' } });
      expect(rig.log).toEqual(['+a', '+b', '+c', '-b']);
      said.undo = 'well';
      plans = await rig.open({ handlers: { later }, undoneLater: new Set(['toy']) });
      plans.undo(id);
      expect(states(await becomes(plans, id, 'undone'))).toEqual(['undone', 'undone', 'kept']);
    });

    it('is stuck where an undo fails, and says which were undone', async () => {
      said.undo = 'fails';
      const id = await doneOne();
      plans.undo(id);
      const view = await becomes(plans, id, 'stuck');
      expect(states(view)).toEqual(['undone', 'undo-failed', 'kept']);
      expect(view.problem?.message).toBe(
        'tester undid it after it was done. Undoing “Do b” did not work: It was changed. “Do a” was undone.',
      );
    });

    it('is not undone while its subject has another plan, nor of any other kind', async () => {
      said.undo = 'well';
      const id = await doneOne();
      const other = startOne(plans, toyPlan([toyStep('d', 'waits')], { subject: 'one', kind: 'other' }));
      expect(() => plans.undo(id)).toThrow('has to wait');
      plans.cancel(other);
      await becomes(plans, other, 'cancelled');
      const plain = startOne(plans, toyPlan([toyStep('e')], { kind: 'other' }));
      expect((await becomes(plans, plain, 'done')).undoable).toBe(undefined);
      expect(() => plans.undo(plain)).toThrow('it cannot be undone now');
    });
  });

  it('is over only when the truth has been asked for on each host, and asks for it no more often', async () => {
    const asked: string[] = [];
    plans = await rig.open({ onStep: async (host, subject) => void asked.push(`${host} ${subject}`) });
    await becomes(plans, startOne(plans, toyPlan([toyStep('a'), toyStep('b', 'fails', 'well', 'h2')], { subject: 's' })), 'failed');
    expect(asked).toEqual(['h1 s', 'h2 s', 'h2 s', 'h1 s']);
    asked.length = 0;
    await becomes(
      plans,
      startOne(plans, toyPlan([toyStep('a'), toyStep('b', 'well', 'well', 'h2'), toyStep('c')], { subject: 's' })),
      'done',
    );
    expect(asked).toEqual(['h2 s', 'h1 s']);
    asked.length = 0;
    await becomes(plans, startOne(plans, toyPlan([toyStep('a'), toyStep('b'), toyStep('c', 'fails')], { subject: 's' })), 'failed');
    expect(asked).toEqual(['h1 s', 'h1 s']);
  });

  it('goes on when the truth does not come or cannot be asked for', async () => {
    plans = await rig.open({ onStep: () => Promise.reject(new Error('no')) });
    await becomes(plans, startOne(plans, toyPlan([toyStep('a'), toyStep('b')])), 'done');
    plans = await rig.open({ onStep: () => new Promise(() => undefined) });
    await becomes(plans, startOne(plans, toyPlan([toyStep('c'), toyStep('d')])), 'done');
  });
});

describe('cancelling', () => {
  it('ends the step that runs and undoes what was done', async () => {
    const id = startOne(plans, toyPlan([toyStep('a'), toyStep('b', 'waits'), toyStep('c')]));
    await expect.poll(() => rig.log, patience).toEqual(['+a', '+b']);
    plans.cancel(id);
    const view = await becomes(plans, id, 'cancelled');
    expect(rig.log).toEqual(['+a', '+b', '-b', '-a']);
    expect(view.problem).toMatchObject({ code: 'cancelled', message: 'tester cancelled it.' });
    expect(() => plans.cancel(id)).toThrow(refused('conflict'));
  });

  it('ends a plan that waits for its turn, which then never runs', async () => {
    const blocking = [0, 1].map(() => startOne(plans, toyPlan([toyStep('x', 'waits')])));
    const id = startOne(plans, toyPlan([toyStep('a')]));
    expect(await viewOf(plans, id)).toMatchObject({ state: 'queued' });
    plans.cancel(id);
    expect(await viewOf(plans, id)).toMatchObject({ state: 'cancelled' });
    for (const each of blocking) plans.cancel(each);
    for (const each of blocking) await becomes(plans, each, 'cancelled');
    expect(rig.log).not.toContain('+a');
  });
});

describe('plans beside each other', () => {
  it('run two at a time on a host, the others in the order in which they came', async () => {
    const ids = plans.start(['a', 'b', 'c', 'd'].map((name) => toyPlan([toyStep(name, 'waits')]))).ids;
    await expect.poll(() => rig.log, patience).toEqual(['+a', '+b']);
    plans.cancel(ids[1] ?? '');
    await expect.poll(() => rig.log, patience).toEqual(['+a', '+b', '-b', '+c']);
    plans.cancel(ids[3] ?? '');
    for (const id of [ids[0], ids[2]]) plans.cancel(id ?? '');
    for (const id of ids) await becomes(plans, id, 'cancelled');
    expect(rig.log).not.toContain('+d');
  });

  it('of one subject are refused while one is under way or undecided, and none of those asked for with it is started', async () => {
    const id = startOne(plans, toyPlan([toyStep('a', 'waits', 'fails')], { subject: 'web01' }));
    expect(plans.busy('web01')).toBe(true);
    const both = [toyPlan([toyStep('b')]), toyPlan([toyStep('c')], { subject: 'web01' })];
    expect(() => plans.start(both)).toThrow(refused('conflict'));
    plans.cancel(id);
    await becomes(plans, id, 'stuck');
    expect(() => plans.start(both)).toThrow(refused('conflict'));
    plans.dismiss(id);
    expect(plans.busy('web01')).toBe(false);
    for (const each of plans.start(both).ids) await becomes(plans, each, 'done');
  });

  it('of one subject are refused when they are asked for together', () => {
    const twice = [0, 1].map(() => toyPlan([toyStep('a')], { subject: 'web01' }));
    expect(() => plans.start(twice)).toThrow(refused('conflict'));
    expect(plans.busy('web01')).toBe(false);
  });
});

describe('a lost connection', () => {
  it('is waited for before undoing', async () => {
    let looks = 0;
    plans = await rig.open({
      limits: { reconnectMs: 60_000, lookMs: 1, refreshMs: 100 },
      runner: () => {
        looks += 1;
        if (looks > 1 && looks < 6) throw new HumError({ code: 'connection-lost', message: 'gone', hint: '' });
        return connected();
      },
    });
    const id = startOne(plans, toyPlan([toyStep('a', 'fails')]));
    await becomes(plans, id, 'failed');
    expect(rig.log).toEqual(['+a', '-a']);
    expect(looks).toBeGreaterThanOrEqual(6);
  });

  it('that does not come back leaves the plan stuck, once and not for each step', async () => {
    let lost = false;
    plans = await rig.open({
      handlers: {
        loses: async (_args, { runner }) => {
          runner();
          lost = true;
          throw new HumError({ code: 'connection-lost', message: 'gone', hint: '' });
        },
      },
      runner: () => {
        if (lost) throw new HumError({ code: 'connection-lost', message: 'no way there', hint: '' });
        return connected();
      },
    });
    const losing = { ...toyStep('b'), action: { handler: 'loses', args: {}, shown: 'lose' } };
    const id = startOne(plans, toyPlan([toyStep('a'), losing]));
    const view = await becomes(plans, id, 'stuck');
    expect(states(view)).toEqual(['undo-failed', 'undo-failed']);
    expect(view.problem?.message).toContain('no way there');
    lost = false;
    plans.undo(id);
    await becomes(plans, id, 'cancelled');
    expect(rig.log).toEqual(['+a', '-b again', '-a again']);
  });
});
