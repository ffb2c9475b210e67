import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { HumError, messageOf, type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { trusting } from './authorities.ts';
import { hidden, type Outcome } from './sender.ts';

export interface HttpRequest {
  readonly method: 'POST' | 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly reason: string;
  /** Bytes beyond the bound are left out. Hostile text. */
  readonly body: string;
  /** What Retry-After asks for, ms from now; undefined where it says nothing. */
  readonly retryAfterMs: number | undefined;
  /** The host of Location; undefined where there is none. */
  readonly location: string | undefined;
}

/** Requests to one address. Redirects are not followed: what is sent, secrets among it, goes to no other address than the one that was set. */
export interface HttpClient {
  /** @throws HumError `delivery-failed`, `name-unresolved`, … when there is no answer, `cancelled` by the signal */
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}

export interface HttpClientOptions {
  /** Certificates in PEM of the authorities that are trusted in place of the system's; '' for those. */
  readonly authorities: string;
  /** From the first byte to the last, ms. */
  readonly timeoutMs: number;
  readonly sockets?: number;
  /** Of an answer. */
  readonly mostBytes?: number;
}

/** Who asks for more time than this is asked again anyway. */
const longestRetryAfterMs = 24 * 3_600_000;

export function createHttpClient({ authorities, timeoutMs, sockets = 4, mostBytes = 16_384 }: HttpClientOptions): HttpClient {
  const shared = { keepAlive: true, maxSockets: sockets, maxFreeSockets: 1 };
  const plain = new HttpAgent(shared);
  let secure: HttpsAgent | undefined;
  const secureAgent = () => {
    secure ??= new HttpsAgent({ ...shared, secureContext: trusting(authorities) });
    return secure;
  };
  return {
    request(wanted, signal) {
      const url = new URL(wanted.url);
      const place = visibleText(url.host, 300);
      const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
      const cancel = new AbortController();
      let why: HumError | undefined;
      const end = (error: HumError) => {
        why ??= error;
        cancel.abort();
      };
      const late = setTimeout(() => end(timedOut(place, timeoutMs)), timeoutMs);
      const stopped = () => end(cancelled());
      signal.addEventListener('abort', stopped);
      if (signal.aborted) stopped();
      const settle = () => {
        clearTimeout(late);
        signal.removeEventListener('abort', stopped);
      };
      const failed = (error: unknown) => {
        settle();
        reject(why ?? (error instanceof HumError ? error : noAnswer(place, error)));
      };
      const options = {
        method: wanted.method,
        headers: { ...wanted.headers, ...(wanted.method === 'POST' ? { 'content-length': Buffer.byteLength(wanted.body) } : {}) },
        signal: cancel.signal,
      };
      const take = (response: IncomingMessage) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        const done = () => {
          settle();
          resolve(answerOf(response, Buffer.concat(pieces).subarray(0, mostBytes).toString('utf8'), url));
        };
        response.on('data', (piece: Buffer) => {
          pieces.push(piece);
          bytes += piece.length;
          if (bytes <= mostBytes) return;
          // What it has said is enough, and what follows may never end.
          done();
          response.destroy();
        });
        response.on('end', done);
        response.on('error', failed);
      };
      try {
        const asked =
          url.protocol === 'https:'
            ? httpsRequest(url, { ...options, agent: secureAgent() }, take)
            : httpRequest(url, { ...options, agent: plain }, take);
        asked.on('error', failed);
        asked.end(wanted.body);
      } catch (error) {
        failed(error);
      }
      return promise;
    },
    close() {
      plain.destroy();
      secure?.destroy();
    },
  };
}

function answerOf({ statusCode = 0, statusMessage = '', headers }: IncomingMessage, body: string, url: URL): HttpAnswer {
  const { location } = headers;
  return {
    status: statusCode,
    reason: visibleText(statusMessage, 100),
    body,
    retryAfterMs: readRetryAfter(headers['retry-after'], Date.now()),
    location: location !== undefined && URL.canParse(location, url.href) ? visibleText(new URL(location, url).host, 300) : undefined,
  };
}

/** Seconds, or a date of HTTP (RFC 9110 §10.2.3). ms from now, at most a day; undefined for what is neither. */
export function readRetryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  const text = header.trim();
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(ms, 0), longestRetryAfterMs);
}

/**
 * What an answer means for what was sent: arrived; refused for good (3xx and 4xx); or to be tried again (5xx, and of 4xx 408, 425 and 429,
 * which are about the moment: RFC 9110 §15.5.9, RFC 8470 §5.2, RFC 6585 §4).
 */
export function outcomeOf(answer: HttpAnswer, place: string, secret: string | undefined): Outcome {
  const { status, retryAfterMs } = answer;
  const words = showAnswer(answer, secret);
  if (status >= 200 && status < 300) return { kind: 'done', answer: words };
  const detail = visibleText(withoutSecret(answer.body, secret).trim(), 500);
  const said = `${place} answered ${status}${answer.reason === '' ? '' : ` ${answer.reason}`}`;
  const problem = (code: Problem['code'], message: string, hint: string): Problem => ({
    code,
    message,
    hint,
    ...(detail === '' ? {} : { detail }),
  });
  if (status >= 300 && status < 400) {
    const where = answer.location === undefined ? 'elsewhere' : `to ${answer.location}`;
    const hint = 'Redirects are not followed, so that what is sent goes nowhere else. If that is the right address, enter it.';
    return { kind: 'refused', answer: words, problem: problem('delivery-refused', `${said} and points ${where}.`, hint) };
  }
  if (status >= 500 || [408, 425, 429].includes(status)) {
    const busy = status === 429 || status === 503;
    const hint =
      busy && retryAfterMs !== undefined ? 'It named the time from which it may be asked again, and Hum waits for it.' : 'Hum tries again.';
    return {
      kind: 'retry',
      answer: words,
      problem: problem('delivery-failed', `${said}.`, hint),
      ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }),
    };
  }
  const hint =
    status === 401 || status === 403
      ? 'Check how the channel signs in, and its secret.'
      : status === 404
        ? 'Check the address.'
        : 'It does not want what was sent. Look at its words, then at the channel’s fields and templates.';
  return { kind: 'refused', answer: words, problem: problem('delivery-refused', `${said}.`, hint) };
}

/** A request that never got an answer is tried again. */
export function outcomeOfFailure(error: unknown): Outcome {
  return { kind: 'retry', answer: null, problem: problemOf(error) };
}

/** An answer as a person may see it. */
export function showAnswer({ status, reason, body }: HttpAnswer, secret: string | undefined): string {
  const text = withoutSecret(body, secret)
    .split('\n')
    .slice(0, 40)
    .map((line) => visibleText(line.trimEnd()))
    .join('\n');
  return `HTTP ${status}${reason === '' ? '' : ` ${reason}`}${text === '' ? '' : `\n\n${text.slice(0, 4000)}`}`;
}

/** Servers may send back what they got. */
export function withoutSecret(text: string, secret: string | undefined): string {
  return secret === undefined || secret === '' ? text : text.replaceAll(secret, hidden);
}

function timedOut(place: string, ms: number): HumError {
  return new HumError({
    code: 'request-timeout',
    message: `${place} did not answer within ${Math.round(ms / 1000)} s.`,
    hint: 'Hum tries again. If it is always as slow, give the channel more time.',
  });
}

function cancelled(): HumError {
  return new HumError({ code: 'cancelled', message: 'It was not waited for.', hint: 'Nothing is to be done.' });
}

/** Codes of Node's errors (nodejs.org/api/errors.html, tls.html "X509 certificate error codes") and of the system's. */
const failures: Readonly<Record<string, readonly [code: Problem['code'], what: string, hint: string]>> = {
  ENOTFOUND: ['name-unresolved', 'has no address', 'Check the spelling of the name, and the name server of this machine.'],
  EAI_AGAIN: ['name-unresolved', 'could not be looked up', 'Check the network and the name server of this machine.'],
  ECONNREFUSED: ['connection-refused', 'refused the connection', 'Check the port, and whether the server runs.'],
  EHOSTUNREACH: ['network-unreachable', 'cannot be reached', 'Check the network.'],
  ENETUNREACH: ['network-unreachable', 'cannot be reached', 'Check the network.'],
  ETIMEDOUT: ['connect-timeout', 'did not answer', 'Check the network and the firewalls on the way.'],
  ECONNRESET: ['connection-lost', 'hung up', 'Hum tries again.'],
  EPIPE: ['connection-lost', 'hung up', 'Hum tries again.'],
  CERT_HAS_EXPIRED: ['delivery-failed', 'shows a certificate that has expired', 'It needs a new one.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['delivery-failed', 'shows a certificate for another name', 'Use the name that stands in its certificate.'],
};
const unknownAuthority =
  /^(?:DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_(?:VERIFY_LEAF_SIGNATURE|GET_ISSUER_CERT(?:_LOCALLY)?))$/;

/** Why there was no answer, of a server named `place`. */
export function noAnswer(place: string, error: unknown): HumError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const [kind, what, hint] = unknownAuthority.test(code)
    ? ([
        'delivery-failed',
        'shows a certificate of an authority that is not known here',
        'Enter the certificate of its authority in the channel.',
      ] as const)
    : (failures[code] ?? (['delivery-failed', 'could not be spoken to', 'Check the address, and whether it is http or https.'] as const));
  return new HumError({ code: kind, message: `${place} ${what}.`, hint, detail: visibleText(messageOf(error)) }, { cause: error });
}
