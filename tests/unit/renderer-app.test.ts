import { ORPCError } from '@orpc/client';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { backoffDelay } from '../../src/renderer/app/backoff.ts';
import { connectionIs, useConnection } from '../../src/renderer/app/connection.ts';
import { bestMatches } from '../../src/renderer/app/palette-search.ts';
import { problemFrom } from '../../src/renderer/app/problem.ts';
import { takeToken } from '../../src/renderer/app/token.ts';

afterEach(() => useConnection.setState({ state: 'connecting' }, true));

describe('reconnecting', () => {
  test('waits a quarter of a second at first and ten seconds at most, never much less than half of that', () => {
    expect(backoffDelay(0, 1)).toBe(250);
    expect(backoffDelay(0, 0)).toBe(125);
    expect(backoffDelay(3, 1)).toBe(2000);
    fc.assert(
      fc.property(fc.nat(10_000), fc.double({ min: 0, max: 1, noNaN: true }), (failures, random) => {
        const delay = backoffDelay(failures, random);
        expect(delay).toBeGreaterThanOrEqual(125);
        expect(delay).toBeLessThanOrEqual(10_000);
      }),
    );
  });

  test('whoever waits for the connection hears of it, unless they stop waiting', async () => {
    const stop = new AbortController();
    const waiting = connectionIs(['connected']);
    const stopped = connectionIs(['connected'], stop.signal);
    stop.abort(new Error('gone'));
    useConnection.setState({ state: 'lost', since: 1, nextTryAt: 2 }, true);
    useConnection.setState({ state: 'connected' }, true);
    await expect(waiting).resolves.toEqual({ state: 'connected' });
    await expect(stopped).rejects.toThrow('gone');
  });
});

describe('the token in the address', () => {
  const token = 'abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE';

  test('is taken out, and the page that was meant remains', () => {
    expect(takeToken(`#token=${token}`)).toEqual({ token, rest: '#/' });
    expect(takeToken(`#token=${token}&/hosts/7`)).toEqual({ token, rest: '#/hosts/7' });
  });

  test.each(['', '#/', '#/hosts/token=7', '#token=', '#token=short', `#token=${token}/../x`])('is not in %j', (hash) => {
    expect(takeToken(hash)).toBeNull();
  });
});

describe('what a failed call came to', () => {
  const refused = { code: 'conflict', message: 'It is there already.', hint: 'Edit it instead.' } as const;

  test('is the problem that the console sent', () => {
    useConnection.setState({ state: 'connected' }, true);
    expect(problemFrom(new ORPCError('PROBLEM', { defined: true, data: refused }))).toEqual(refused);
  });

  test('is not what merely looks like one', () => {
    useConnection.setState({ state: 'connected' }, true);
    expect(problemFrom(new ORPCError('PROBLEM', { defined: true, data: { code: 'no-such-code', message: 'x', hint: 'y' } })).code).toBe(
      'internal',
    );
    expect(problemFrom(new ORPCError('BAD_REQUEST', { message: 'Input validation failed' })).code).toBe('bad-input');
    expect(problemFrom('a string').code).toBe('internal');
  });

  test('is the lost connection when that is what happened', () => {
    useConnection.setState({ state: 'lost', since: 1, nextTryAt: 2 }, true);
    expect(problemFrom(new Error('[AsyncIdQueue] was closed')).code).toBe('connection-lost');
  });
});

describe('the palette', () => {
  const things = ['old-db01 web', 'db01 prod', 'xdb01', 'web02 prod'].map((text) => ({ text }));

  test('puts what begins with the words before what has them somewhere', () => {
    expect(bestMatches(things, 'DB', 9).map((thing) => thing.text)).toEqual(['db01 prod', 'old-db01 web', 'xdb01']);
  });

  test('wants every word, in any order', () => {
    expect(bestMatches(things, 'prod web', 9).map((thing) => thing.text)).toEqual(['web02 prod']);
    expect(bestMatches(things, 'nothing', 9)).toEqual([]);
  });

  test('gives no more than it is asked for', () => {
    const many = Array.from({ length: 5000 }, (_, index) => ({ text: `web${index}` }));
    expect(bestMatches(many, 'web', 12)).toHaveLength(12);
    expect(bestMatches(many, '', 3)).toHaveLength(3);
  });
});
