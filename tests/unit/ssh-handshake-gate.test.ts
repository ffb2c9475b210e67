import { expect, test } from 'vitest';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';

const never = new AbortController().signal;

test('no more than the limit are inside, and the others follow in order of arrival', async () => {
  const gate = createHandshakeGate(2);
  const order: number[] = [];
  const leaves: (() => void)[] = [];
  const all = Array.from({ length: 6 }, async (_, index) => {
    const leave = await gate.enter(never);
    order.push(index);
    leaves.push(leave);
  });
  await Promise.all(all.slice(0, 2));
  expect(order).toEqual([0, 1]);
  for (let step = 0; step < 4; step++) {
    leaves[step]?.();
    await all[step + 2];
    expect(order).toHaveLength(step + 3);
  }
  expect(order).toEqual([0, 1, 2, 3, 4, 5]);
});

test('leaving twice makes room for one only', async () => {
  const gate = createHandshakeGate(1);
  const leave = await gate.enter(never);
  const second = gate.enter(never);
  let thirdIn = false;
  const third = gate.enter(never).then((leaveThird) => {
    thirdIn = true;
    return leaveThird;
  });
  leave();
  leave();
  const leaveSecond = await second;
  await Promise.resolve();
  expect(thirdIn).toBe(false);
  leaveSecond();
  (await third)();
});

test('who gives up while waiting takes no place', async () => {
  const gate = createHandshakeGate(1);
  const leave = await gate.enter(never);
  const impatient = new AbortController();
  const gaveUp = gate.enter(impatient.signal);
  const patient = gate.enter(never);
  impatient.abort(new Error('gave up'));
  await expect(gaveUp).rejects.toThrow('gave up');
  leave();
  (await patient)();
  await expect(gate.enter(AbortSignal.abort(new Error('before')))).rejects.toThrow('before');
});
