import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { PlansEvent } from '../../src/shared/contract/plans.ts';
import { becomes, type PlansRig, plansRig, startOne, toyPlan, toyStep } from '../support/plans.ts';
import { smallDisk } from '../support/small-disk.ts';

let rig: PlansRig;
let plans: Plans;

beforeEach(() => {
  rig = plansRig();
});
afterEach(() => rig.close());

test('a full disk refuses plans before anything is run, and what was written stays whole', async (context) => {
  const disk = await smallDisk(rig.dataDir);
  if (disk === undefined) return context.skip('no file system can be mounted here');
  try {
    plans = await rig.open();
    const large = { ...toyStep('x'), title: 'x'.repeat(20_000) };
    let code = '';
    let taken = 0;
    while (code === '' && taken < 100) {
      try {
        plans.start([toyPlan([large])]);
        taken += 1;
      } catch (error) {
        code = (error as { problem: { code: string } }).problem.code;
      }
    }
    expect(code).toBe('journal-failed');
    expect(rig.log.length).toBeLessThanOrEqual(taken);
    await plans.stop();
    rig.abandon();
  } finally {
    await disk.remove();
  }
});

test('a window gets everything first and then at most four patches a second, however fast a step talks, and the last word', async () => {
  let ending: () => void = () => undefined;
  plans = await rig.open({
    handlers: {
      talks: async (_args, { runner, progress, output }) => {
        runner();
        const talk = setInterval(() => {
          progress(`at ${Date.now()}`);
          output('word ');
        }, 5);
        await new Promise<void>((resolve) => {
          ending = resolve;
        });
        clearInterval(talk);
        output('the end');
      },
    },
  });
  const step = { ...toyStep('t'), action: { handler: 'talks', args: {}, shown: 'talk' } };
  const id = startOne(plans, toyPlan([step]));
  const stopping = new AbortController();
  const seen: { readonly at: number; readonly event: PlansEvent }[] = [];
  for await (const event of plans.watch(stopping.signal)) {
    seen.push({ at: performance.now(), event });
    if (seen.length === 6) ending();
    if (event.plans.some((plan) => plan.id === id && plan.state === 'done')) stopping.abort();
  }
  expect(seen[0]?.event).toMatchObject({ kind: 'snapshot', plans: [{ id }] });
  for (const [index, { at }] of seen.entries()) {
    const fifth = seen[index + 4];
    if (fifth !== undefined) expect(fifth.at - at).toBeGreaterThan(1000);
  }
  expect(seen.at(-1)?.event.plans[0]?.steps[0]?.output.endsWith('word the end')).toBe(true);
  await becomes(plans, id, 'done');
});
