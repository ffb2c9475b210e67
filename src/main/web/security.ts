import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { BlockList, isIP, isIPv6 } from 'node:net';

/** The sub-protocol that the page speaks; the token travels beside it, since a browser can set no other header on a WebSocket. */
export const protocolName = 'hum.v1';

const tokenPrefix = 'token.';
const tokenBytes = 32;

/** A fresh access token: 256 random bits as base64url. */
export function createToken(): string {
  return randomBytes(tokenBytes).toString('base64url');
}

/** Whether a text has the form and length of a token that `createToken` makes. */
export function isToken(text: string): boolean {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** The token in a `Sec-WebSocket-Protocol` header that offers `hum.v1` and exactly one token; undefined in any other. */
export function offeredToken(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 1024) return undefined;
  const offered = header.split(',').map((name) => name.trim());
  const tokens = offered.filter((name) => name.startsWith(tokenPrefix));
  return offered.includes(protocolName) && tokens.length === 1 ? tokens[0]?.slice(tokenPrefix.length) : undefined;
}

/** Compares two tokens in a time that tells nothing of where, or at what length, they differ. */
export function sameToken(left: string, right: string): boolean {
  return timingSafeEqual(createHash('sha256').update(left).digest(), createHash('sha256').update(right).digest());
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address to listen on can be reached from this machine alone. Of all names only `localhost` counts (RFC 6761 §6.3). */
export function isLoopback(host: string): boolean {
  if (host === 'localhost') return true;
  return isIP(host) !== 0 && loopback.check(host, isIPv6(host) ? 'ipv6' : 'ipv4');
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function urlHost(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}

/** The values of `Host` that mean this server: each of its names with its port, and without it on port 80. */
export function ownHosts(names: readonly string[], port: number): ReadonlySet<string> {
  const hosts = names.map((name) => urlHost(name).toLowerCase());
  return new Set([...hosts.map((host) => `${host}:${port}`), ...(port === 80 ? hosts : [])]);
}

export type Verdict = 'ours' | 'foreign-host' | 'foreign-origin';

/**
 * Whether a request comes from our own page, asked for under one of our own names. A name that someone pointed at us (DNS rebinding) shows
 * in `Host`, another site's page in `Origin`. Plain GETs of our own page carry no `Origin`; a WebSocket handshake always does.
 */
export function judge(
  headers: { host?: string | undefined; origin?: string | undefined },
  own: ReadonlySet<string>,
  originNeeded: boolean,
): Verdict {
  const host = headers.host?.toLowerCase();
  if (host === undefined || !own.has(host)) return 'foreign-host';
  if (headers.origin === undefined) return originNeeded ? 'foreign-origin' : 'ours';
  return headers.origin === `http://${host}` ? 'ours' : 'foreign-origin';
}

/**
 * Counts refused tokens. A right token is never locked out, since that would let any program on this machine shut the person out; what is
 * limited is how often a wrong one gets an answer and a line in the log. 256 bits cannot be guessed at any rate.
 */
export class RefusalLimit {
  readonly #most: number;
  readonly #windowMs: number;
  #count = 0;
  #windowEnd = 0;

  constructor(most = 20, windowMs = 60_000) {
    this.#most = most;
    this.#windowMs = windowMs;
  }

  /** Notes a refusal at `now` (epoch ms); answers whether there have been too many in this window. */
  exceeded(now: number): boolean {
    if (now >= this.#windowEnd) {
      this.#count = 0;
      this.#windowEnd = now + this.#windowMs;
    }
    this.#count += 1;
    return this.#count > this.#most;
  }
}
