import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCast } from '../../src/renderer/terminals/cast.ts';
import { findIn, mostCounted } from '../../src/renderer/terminals/find-all.ts';
import { Player } from '../../src/renderer/terminals/player.ts';

const head = '{"version":2,"width":80,"height":24,"timestamp":1,"title":"web"}\n';

/** A screen that remembers what stands on it. */
function paper() {
  let text = '';
  return {
    reset: () => {
      text = '';
    },
    fix: ({ columns, rows }: { readonly columns: number; readonly rows: number }) => {
      text += `<${columns}x${rows}>`;
    },
    write: (written: string, drawn: () => void) => {
      text += written;
      queueMicrotask(drawn);
    },
    say: (said: string) => {
      text += `(${said})`;
    },
    get text() {
      return text;
    },
  };
}

test('a log is read line by line: broken lines and sizes out of bounds are passed over, silences are cut short, time never runs back', () => {
  const cast = readCast(
    `${head}[0.5,"o","a"]\n[100,"o","b"]\nnonsense\n[99,"r","1000000x2"]\n[100.25,"r","132x43"]\n[101,"m","said"]\n[1,"o","c"]\n{}\n[2,"o"`,
  );
  expect(cast?.size).toEqual({ columns: 80, rows: 24 });
  expect(cast?.events).toEqual([
    { at: 500, kind: 'text', text: 'a' },
    { at: 2500, kind: 'text', text: 'b' },
    { at: 2750, kind: 'size', size: { columns: 132, rows: 43 } },
    { at: 3500, kind: 'notice', text: 'said' },
    { at: 3500, kind: 'text', text: 'c' },
  ]);
  expect(cast?.length).toBe(3500);
});

test('a file that is no log is none, whatever is in it', () => {
  expect(readCast('')).toBeNull();
  expect(readCast('{"version":1,"width":80,"height":24}\n')).toBeNull();
  expect(readCast('{"version":2,"width":1e9,"height":24}\n')).toBeNull();
  fc.assert(fc.property(fc.string(), (text) => readCast(`${head}${text}`) !== null));
});

test('a replay shows at each moment what stood there then, also after going back and when it is asked anew before it is done', async () => {
  const cast = readCast(`${head}[1,"o","a"]\n[2,"r","100x30"]\n[2,"o","b"]\n[3,"m","said"]\n[4,"o","c"]\n`);
  if (cast === null) throw new Error('no cast');
  const screen = paper();
  const player = new Player(cast, screen);
  await player.show(1500);
  expect(screen.text).toBe('<80x24>a');
  await player.show(9000);
  expect(screen.text).toBe('<80x24>a<100x30>b(said)c');
  await player.show(2000);
  expect(screen.text).toBe('<80x24>a<100x30>b');
  await Promise.all([player.show(0), player.show(4000), player.show(1000), player.show(4000)]);
  expect(screen.text).toBe('<80x24>a<100x30>b(said)c');
});

test('a text is looked for in whatever case; the newest line that has it is shown around it, and a flood is counted to a bound', () => {
  const lines = [`${'x'.repeat(100)}The ERROR was here${'y'.repeat(500)}`, 'an error before', 'nothing'];
  expect(findIn(lines, 'Error')).toEqual({
    count: 2,
    before: `${'x'.repeat(36)}The `,
    match: 'ERROR',
    after: ` was here${'y'.repeat(111)}`,
  });
  expect(findIn(lines, 'warning')).toBeNull();
  expect(findIn(Array<string>(5000).fill('again'), 'again')?.count).toBe(mostCounted);
});
