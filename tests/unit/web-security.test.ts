import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createToken, isLoopback, isToken, judge, offeredToken, ownHosts, RefusalLimit, sameToken } from '../../src/main/web/security.ts';

describe('the token', () => {
  it('has 256 bits, in characters that a URL and a sub-protocol may hold (RFC 6455 §4.1, RFC 7230 §3.2.6)', () => {
    const token = createToken();
    expect(isToken(token)).toBe(true);
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    expect(createToken()).not.toBe(token);
  });

  it('equals itself and nothing else', () => {
    fc.assert(fc.property(fc.string(), fc.string(), (left, right) => sameToken(left, right) === (left === right)));
    const token = createToken();
    expect(sameToken(token, token)).toBe(true);
  });

  it('is read from a list that offers the protocol and one token', () => {
    expect(offeredToken('hum.v1, token.abc')).toBe('abc');
    expect(offeredToken('token.abc,hum.v1')).toBe('abc');
    expect(offeredToken('token.abc')).toBeUndefined();
    expect(offeredToken('hum.v1')).toBeUndefined();
    expect(offeredToken('hum.v1, token.a, token.b')).toBeUndefined();
    expect(offeredToken(`hum.v1, token.${'a'.repeat(2000)}`)).toBeUndefined();
    expect(offeredToken(undefined)).toBeUndefined();
  });
});

describe('loopback', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('is %s', (host) => expect(isLoopback(host)).toBe(true));
  it.each(['0.0.0.0', '::', '10.0.0.1', '192.0.2.1', 'localhost.example', '127.0.0.1.example', '127.1', '', 'example.org', '2001:db8::1'])(
    'is not “%s”',
    (host) => expect(isLoopback(host)).toBe(false),
  );
});

describe('judging a request', () => {
  const own = ownHosts(['127.0.0.1', 'localhost', '::1'], 4000);

  it('takes each own name with the own port, in any case, with the origin that belongs to it', () => {
    for (const host of ['127.0.0.1:4000', 'localhost:4000', '[::1]:4000', 'LOCALHOST:4000']) {
      expect(judge({ host, origin: `http://${host.toLowerCase()}` }, own, true)).toBe('ours');
      expect(judge({ host }, own, false)).toBe('ours');
    }
  });

  it('leaves the port out only where browsers do, at 80', () => {
    expect(judge({ host: 'localhost' }, own, false)).toBe('foreign-host');
    expect(judge({ host: 'localhost' }, ownHosts(['localhost'], 80), false)).toBe('ours');
  });

  it('needs an origin for a socket', () => {
    expect(judge({ host: 'localhost:4000' }, own, true)).toBe('foreign-origin');
    expect(judge({}, own, false)).toBe('foreign-host');
  });

  it('takes no other origin, whatever it looks like', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.webUrl(),
          fc.string(),
          fc.constantFrom('null', '', 'http://localhost', 'http://localhost:40000', 'https://localhost:4000', 'http://localhost:4000/'),
        ),
        (origin) => {
          fc.pre(origin !== 'http://localhost:4000');
          expect(judge({ host: 'localhost:4000', origin }, own, true)).toBe('foreign-origin');
        },
      ),
    );
  });

  it('takes no other host, whatever its origin says', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65535 }), (name, port) => {
        const host = `${name}:${port}`;
        expect(judge({ host, origin: `http://${host}` }, own, true)).toBe('foreign-host');
      }),
    );
  });
});

describe('the limit on refusals', () => {
  it('is passed after so many within its time, and forgets them after it', () => {
    const limit = new RefusalLimit(2, 1000);
    expect([limit.exceeded(0), limit.exceeded(10), limit.exceeded(20)]).toEqual([false, false, true]);
    expect(limit.exceeded(1000)).toBe(false);
  });
});
