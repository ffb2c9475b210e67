import { describe, expect, test } from 'vitest';
import { actionFrom, firstForm } from '../../src/renderer/xen/action-form.ts';
import { endSentence, hasEnded, tally, undoneSentence } from '../../src/renderer/xen/batch-end.ts';
import type { PlanState, PlanView, StepState } from '../../src/shared/contract/plans.ts';
import { domain, gib } from './renderer-xen-samples.ts';

const row = domain('h1', 'web01', { facts: { memoryTarget: 3 * gib }, load: { vcpus: 2 } });

describe('the form of an action', () => {
  test('opens with what the domain has now', () => {
    expect(firstForm([row])).toMatchObject({ memoryMib: 3072, vcpus: 2, name: 'web01', on: true });
    expect(firstForm([row, domain('h1', 'b')])).toMatchObject({ name: '' });
  });

  test('comes to an action in bytes', () => {
    expect(actionFrom('set-memory', { ...firstForm([row]), memoryMib: 512 })).toEqual({ action: 'set-memory', memory: 512 * 1024 ** 2 });
    expect(actionFrom('pause', firstForm([row]))).toEqual({ action: 'pause' });
    expect(actionFrom('save', { ...firstForm([row]), path: '  ' })).toEqual({ action: 'save', path: null });
  });

  test.each([
    ['set-memory', { memoryMib: null }, 'whole number of MiB'],
    ['set-memory', { memoryMib: 1 }, 'whole number of MiB'],
    ['set-memory', { memoryMib: 100.5 }, 'whole number of MiB'],
    ['set-vcpus', { vcpus: 0 }, 'how many vCPUs'],
    ['rename', { name: '7' }, 'begins with a letter'],
    ['rename', { name: '$(reboot)' }, 'begins with a letter'],
    ['rename', { name: '-f' }, 'begins with a letter'],
    ['save', { path: 'relative' }, 'begins with /'],
    ['migrate', { to: null }, 'Choose a host'],
  ] as const)('says what is wrong: %s %o', (kind, change, message) => {
    expect(actionFrom(kind, { ...firstForm([row]), ...change })).toContain(message);
  });
});

function plan(state: PlanState, steps: readonly StepState[] = ['done']): PlanView {
  return {
    id: crypto.randomUUID(),
    kind: 'xen.pause',
    title: 'Pause web01 on xen-a',
    host: 'h1',
    hostName: 'xen-a',
    subject: 'h1/web01',
    batch: 'b',
    by: 'me',
    state,
    direction: 'forward',
    createdAt: 0,
    endedAt: null,
    steps: steps.map((each) => ({
      title: 'x',
      host: 'h1',
      command: 'xl pause web01',
      undo: null,
      state: each,
      startedAt: null,
      endedAt: null,
      output: '',
      progress: '',
    })),
  };
}

describe('the end of a batch', () => {
  test('is there when every plan has ended, and says how', () => {
    const plans = [plan('done'), plan('done'), plan('failed')];
    expect(plans.every(hasEnded)).toBe(true);
    expect(endSentence(tally(plans, 3), 'Paused', '3 VMs')).toBe('Paused 2 of 3; 1 failed.');
    expect(endSentence(tally([plan('done')], 1), 'Paused', 'web01')).toBe('Paused web01.');
  });

  test('is not there while one runs, waits or is being undone', () => {
    for (const state of ['queued', 'running', 'undoing'] as const) expect(hasEnded(plan(state))).toBe(false);
  });

  test('asks for a decision where an undo failed', () => {
    expect(endSentence(tally([plan('stuck'), plan('done')], 2), 'Renamed', '2 VMs')).toContain('One needs a decision');
  });

  test('tells what was undone of a plan that failed', () => {
    expect(undoneSentence(plan('failed', ['undone', 'undone', 'failed']))).toBe('2 steps were undone.');
    expect(undoneSentence(plan('failed', ['failed', 'waiting']))).toBe('Nothing had been changed.');
    expect(undoneSentence(plan('failed', ['kept', 'failed']))).toContain('nothing can undo it');
    expect(undoneSentence(plan('stuck', ['undo-failed']))).toContain('something is left');
  });
});
