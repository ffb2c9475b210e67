import { expect, test } from 'vitest';
import { floodLength, longestWaitMs, PicturePace, styledAtPace } from '../../src/renderer/terminals/picture-pace.ts';

/** A page whose pictures take so long, ms, and come when it is told to go on. */
function slowPage(pictureMs: number) {
  let now = 0;
  let frames: ((now: number) => void)[] = [];
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const pace = new PicturePace({
    requestAnimationFrame: (callback) => frames.push(callback),
    setTimeout: (callback, ms) => timers.push({ at: now + ms, callback }),
    now: () => now,
  });
  const due = () => {
    const ripe = timers.filter(({ at }) => at <= now);
    timers = timers.filter(({ at }) => at > now);
    for (const { callback } of ripe) callback();
  };
  const pass = (ms: number) => {
    for (let step = 0; step < ms; step += 1) {
      now += 1;
      due();
      if (frames.length === 0) continue;
      const asked = frames;
      frames = [];
      for (const frame of asked) frame(now);
      now += pictureMs;
      due();
    }
  };
  return { pace, pass, at: () => now };
}

/** When a terminal that asks for a picture after each text got it, ms. */
function pictures(pictureMs: number, textLength: number, forMs: number): number[] {
  const { pace, pass, at } = slowPage(pictureMs);
  const drawn: number[] = [];
  let asked = false;
  while (at() < forMs) {
    pace.came(textLength);
    if (!asked) {
      asked = true;
      pace.request((now) => {
        asked = false;
        drawn.push(now);
      });
    }
    pass(1);
  }
  return drawn;
}

test('what is no flood is drawn as soon as the browser draws', () => {
  expect(pictures(10, 10, 1000).length).toBeGreaterThan(80);
});

test('the pictures of a flood take a quarter of the time, and cheap ones are not waited for', () => {
  const [costly, cheap] = [pictures(10, floodLength, 1000).length, pictures(0, floodLength, 1000).length];
  expect(costly).toBeGreaterThanOrEqual(22);
  expect(costly).toBeLessThanOrEqual(26);
  expect(cheap).toBeGreaterThan(900);
});

test('a picture that takes very long is not followed by a wait of several', () => {
  const [first = 0, second = 0] = pictures(500, floodLength, 3000).slice(1);
  expect(second - first).toBeLessThanOrEqual(500 + longestWaitMs + 5);
});

test('all that is asked for in the meantime is drawn in one picture, and nothing that was called off', () => {
  const { pace, pass } = slowPage(10);
  const drawn: string[] = [];
  for (const name of ['a', 'b', 'c']) {
    const id = pace.request(() => drawn.push(name));
    if (name === 'b') pace.cancel(id);
  }
  pass(1);
  expect(drawn).toEqual(['a', 'c']);
  pace.request(() => drawn.push('d'));
  pass(1);
  expect(drawn).toEqual(['a', 'c', 'd']);
});

test('styles that are set on an element come with the next picture, as they were set last', () => {
  const { pace, pass } = slowPage(5);
  const written: string[] = [];
  const style = {
    set left(value: string) {
      written.push(value);
    },
    top: '',
  };
  const field = { style };
  styledAtPace(field, pace);
  for (const left of ['1px', '2px', '3px']) field.style.left = left;
  field.style.top = '9px';
  expect([written, style.top]).toEqual([[], '']);
  pass(1);
  expect([written, style.top]).toEqual([['3px'], '9px']);
  field.style.left = '4px';
  pass(1);
  expect(written).toEqual(['3px', '4px']);
});
