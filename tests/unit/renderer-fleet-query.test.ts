import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { matches } from '../../src/renderer/fleet/match.ts';
import { parseQuery } from '../../src/renderer/fleet/query.ts';
import { rowFrom } from '../../src/renderer/fleet/rows.ts';
import { hostStates } from '../../src/shared/host-states.ts';
import { at, gib, hostRow, live } from './renderer-fleet-samples.ts';

const host = hostRow('db01').host;
const db01 = rowFrom(
  hostRow('db01', {
    host: { ...host, name: 'db01.example.org', group: 'Data Bases', tags: ['db', 'prod'] },
    live: live({ memoryUsed: 14 * gib }),
    system: 'Debian GNU/Linux 12 (bookworm)',
  }),
);
const silent = rowFrom(
  hostRow('web02', {
    host: { ...host, id: 'web02', name: 'web02', group: 'web', tags: [] },
    status: {
      state: 'unreachable',
      since: at,
      problem: { code: 'connection-refused', message: '192.0.2.7 refused the connection on port 22.', hint: 'Start sshd.' },
    },
    live: null,
  }),
);

function answers(text: string, row = db01, now = at): boolean {
  const query = parseQuery(text);
  expect(query.errors, text).toEqual([]);
  return matches(query, row, now);
}

describe('a filter', () => {
  test.each([
    ['', true],
    ['db01', true],
    ['EXAMPLE', true],
    ['192.0.2', true],
    ['web', false],
    ['db01 web', false],
    ['tag:db', true],
    ['tag:d', false],
    ['tag:d*', true],
    ['tag:web,prod', true],
    ['-tag:db', false],
    ['-tag:test', true],
    ['group:"data bases"', true],
    ['group:web', false],
    ['name:01', true],
    ['os:bookworm', true],
    ['state:online', true],
    ['state:unreachable', false],
    ['-state:failing', true],
    ['mem>80', true],
    ['mem>=87.5%', true],
    ['mem<80', false],
    ['mem>13G', true],
    ['mem>15GiB', false],
    ['mem:88', true],
    ['swap>10', true],
    ['swap<512M', false],
    ['load>1 load<2', true],
    ['cpu=40', true],
    ['pressure>5', false],
    ['uptime>=1', true],
    ['uptime<12h', false],
    ['total>=16', true],
    ['cores=4', true],
    ['age<5', true],
    ['"db01.example.org"', true],
    ['"mem>80"', false],
  ])('%s', (text, expected) => {
    expect(answers(text)).toBe(expected);
  });

  test('compares the age of figures with the clock it is given', () => {
    expect(answers('age>60', db01, at + 61_000)).toBe(true);
    expect(answers('age>60', db01, at + 59_000)).toBe(false);
    expect(answers('age>2m', db01, at + 121_000)).toBe(true);
  });

  test('matches no comparison for a host that never gave figures, whichever way it goes', () => {
    for (const text of ['mem>0', 'mem<100', 'age>0', 'load>=0']) expect(answers(text, silent), text).toBe(false);
    expect(answers('-mem>80', silent)).toBe(true);
  });

  test('finds what went wrong by its code and by its words', () => {
    expect(answers('problem:connection-refused', silent)).toBe(true);
    expect(answers('reason:"port 22"', silent)).toBe(true);
    expect(answers('problem:refused')).toBe(false);
  });

  test('knows each state by its name, and several by one word', () => {
    for (const state of hostStates)
      expect(parseQuery(`state:${state}`).terms).toEqual([{ kind: 'state', negated: false, states: [state] }]);
    expect(answers('state:down', silent)).toBe(true);
    expect(answers('state:unr', silent)).toBe(true);
  });
});

describe('a filter that cannot be read', () => {
  test.each([
    ['colour:red', 'There is no field "colour"'],
    ['state:broken', 'There is no state "broken"'],
    ['state:constructor', 'There is no state'],
    ['constructor:x', 'There is no field'],
    ['mem>lots', 'mem is compared with a number'],
    ['mem>5x', 'is no size'],
    ['load>5G', 'load has no unit'],
    ['age>5x', 'is no time'],
    ['tag>5', 'tag is text'],
    ['mem>', 'mem> needs a value'],
    ['tag:', 'tag: needs a value'],
    ['-', 'A minus needs something'],
  ])('%s says so', (text, message) => {
    const { terms, errors } = parseQuery(`db01 ${text}`);
    expect(terms).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(message);
    expect(errors[0]).toMatchObject({ at: 5, length: text.length });
  });

  test('still filters by the rest', () => {
    expect(matches(parseQuery('colour:red tag:db'), db01, at)).toBe(true);
    expect(matches(parseQuery('colour:red tag:web'), db01, at)).toBe(false);
  });
});

describe('any text at all', () => {
  test('is read without throwing, and each error points into it', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), querySoup()), (text) => {
        const { terms, errors } = parseQuery(text);
        matches({ terms, errors }, db01, at);
        for (const error of errors) {
          expect(error.length).toBeGreaterThan(0);
          expect(error.at + error.length).toBeLessThanOrEqual(text.length);
        }
      }),
    );
  });

  test('in quotes is searched for as it stands', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 }), (raw) => {
        const text = raw.replaceAll('"', '');
        fc.pre(text !== '');
        expect(parseQuery(`"${text}"`)).toEqual({ terms: [{ kind: 'text', negated: false, text: text.toLowerCase() }], errors: [] });
      }),
    );
  });

  test('is answered by the opposite hosts behind a minus', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('db', 'tag:db', 'mem>80', 'state:online', 'group:web', 'age<1'),
        fc.constantFrom(db01, silent),
        (term, row) => {
          expect(matches(parseQuery(`-${term}`), row, at)).toBe(!matches(parseQuery(term), row, at));
        },
      ),
    );
  });
});

function querySoup(): fc.Arbitrary<string> {
  const piece = fc.constantFrom('tag', 'mem', 'state', ':', '>', '<=', '"', ' ', '-', 'online', '80', '%', 'G', ',', '*', '\u202e', '\t');
  return fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
}
