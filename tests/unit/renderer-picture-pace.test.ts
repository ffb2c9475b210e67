import { expect, test } from 'vitest';
import { floodLength, PicturePace } from '../../src/renderer/terminals/picture-pace.ts';

/** A screen that takes in and makes pictures when it is told to. */
function slowScreen() {
  const shown: string[] = [];
  const drawn: (() => void)[] = [];
  const pictures: (() => void)[] = [];
  const pace = new PicturePace(
    (text, done) => {
      shown.push(text);
      drawn.push(done);
    },
    (then) => pictures.push(then),
  );
  const all = (waiting: (() => void)[]) => {
    for (const each of waiting.splice(0)) each();
  };
  return { pace, shown, takeIn: () => all(drawn), makePicture: () => all(pictures), pictures };
}

const much = 'x'.repeat(floodLength);

test('what is no flood passes at once, one text after the other', () => {
  const { pace, shown, takeIn, pictures } = slowScreen();
  for (const text of ['a', 'b', 'x'.repeat(floodLength - 1), 'c']) pace.write(text, () => undefined);
  takeIn();
  expect(shown.map((text) => text.length)).toEqual([1, 1, floodLength - 1, 1]);
  expect(pictures).toEqual([]);
});

test('what comes in a flood is handed over whole, in order, after each picture', () => {
  const { pace, shown, takeIn, makePicture } = slowScreen();
  const told: string[] = [];
  for (const text of [much, 'a', 'b']) pace.write(text, () => told.push(text.slice(0, 1)));
  expect(shown).toEqual([much]);
  takeIn();
  expect([shown.length, told]).toEqual([1, ['x']]);
  makePicture();
  expect(shown.slice(1)).toEqual(['a', 'b']);
  pace.write('c', () => told.push('c'));
  expect(shown.slice(3)).toEqual(['c']);
  takeIn();
  expect(told).toEqual(['x', 'a', 'b', 'c']);
});

test('many small pieces that have come during one picture are a flood too', () => {
  const { pace, shown, takeIn, makePicture } = slowScreen();
  const pieces = [much, ...Array.from({ length: 10 }, () => 'y'.repeat(floodLength / 10 + 1)), 'z'];
  for (const piece of pieces.slice(0, -1)) pace.write(piece, () => undefined);
  takeIn();
  makePicture();
  expect(shown).toHaveLength(11);
  pace.write('z', () => undefined);
  expect(shown).toHaveLength(11);
  takeIn();
  makePicture();
  expect(shown).toEqual(pieces);
});

test('what is dropped counts as drawn, and what comes after it is shown', () => {
  const { pace, shown, takeIn, makePicture } = slowScreen();
  let dropped = false;
  pace.write(much, () => undefined);
  pace.write('old', () => {
    dropped = true;
  });
  pace.drop();
  expect(dropped).toBe(true);
  pace.write('new', () => undefined);
  takeIn();
  makePicture();
  expect(shown).toEqual([much, 'new']);
});
