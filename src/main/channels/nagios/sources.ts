import type { NagiosProblem, NagiosSource } from '../../../shared/contract/channels.ts';
import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Runner } from '../../ssh/session.ts';
import { createHttpClient } from '../senders/http.ts';
import readScript from './read-status.sh?raw';
import { type NagiosStatus, readStatusDat, worstFirst } from './status-dat.ts';
import { readStatusJson, statusQueries } from './status-json.ts';

export interface NagiosReadDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string, as: 'login' | 'root') => Runner;
  readonly hostName: (host: string) => string;
  readonly secret: (source: NagiosSource) => Promise<string | undefined>;
}

/** What was read of one Nagios. Epoch ms. */
export interface NagiosReading {
  readonly readAt: number | null;
  readonly writtenAt: number | null;
  readonly problems: readonly NagiosProblem[];
  readonly count: number;
  readonly problem: Problem | null;
}

export const notYetRead: NagiosReading = { readAt: null, writtenAt: null, problems: [], count: 0, problem: null };

const mostShown = 500;
const readMs = 30_000;
/** Of one answer of the CGI. */
const mostJsonBytes = 16 * 2 ** 20;

/** Reads the problems of a Nagios. What was read before stays where it cannot be. Never throws. */
export async function readNagios(
  source: NagiosSource,
  before: NagiosReading,
  deps: NagiosReadDeps,
  signal: AbortSignal,
): Promise<NagiosReading> {
  try {
    const { writtenAt, problems, over } = source.kind === 'file' ? await readFile(source, deps, signal) : await ask(source, deps, signal);
    return {
      readAt: Date.now(),
      writtenAt,
      problems: worstFirst(problems).slice(0, mostShown),
      count: problems.length + over,
      problem: null,
    };
  } catch (error) {
    return { ...before, problem: problemOf(error) };
  }
}

async function readFile(source: Extract<NagiosSource, { kind: 'file' }>, deps: NagiosReadDeps, signal: AbortSignal): Promise<NagiosStatus> {
  const { stdout } = await deps.runner(source.host, source.as).run(readScript, [source.path], { timeoutMs: readMs, signal });
  const text = stdout.toString('utf8');
  const state = text.slice(0, text.indexOf('\n'));
  if (state === 'ok') return readStatusDat(text.slice(3));
  const place = visibleText(deps.hostName(source.host), 100);
  const file = visibleText(source.path, 300);
  const denied = state === 'denied';
  throw new HumError({
    code: denied ? 'not-permitted' : 'not-found',
    message: denied ? `The account may not read ${file} on ${place}.` : `${file} is not there on ${place}.`,
    hint: denied
      ? 'Make it a member of the group of the folder (www-data or nagios on Debian), or choose “as root”.'
      : 'Look for status_file in nagios.cfg on that host, and whether Nagios runs.',
    host: source.host,
  });
}

async function ask(source: Extract<NagiosSource, { kind: 'cgi' }>, deps: NagiosReadDeps, signal: AbortSignal): Promise<NagiosStatus> {
  const secret = await deps.secret(source);
  const client = createHttpClient({ ...source, mostBytes: mostJsonBytes });
  const place = new URL(source.url).host;
  const headers = {
    'user-agent': 'Hum',
    accept: 'application/json',
    ...(source.user === '' ? {} : { authorization: `Basic ${Buffer.from(`${source.user}:${secret ?? ''}`).toString('base64')}` }),
  };
  try {
    const answers: NagiosStatus[] = [];
    for (const query of statusQueries) {
      const url = new URL(source.url);
      url.search = query;
      const { status, reason, body } = await client.request({ method: 'GET', url: url.href, headers, body: '' }, signal);
      const read = status === 200 ? readStatusJson(body) : `${status} ${reason}`;
      if (typeof read === 'string') {
        throw new HumError({
          code: 'bad-answer',
          message: `${place} did not tell its problems.`,
          hint:
            status === 401 || status === 403
              ? 'Check the user and the password.'
              : 'The address is that of statusjson.cgi: https://nagios.example.org/cgi-bin/nagios4/statusjson.cgi',
          detail: visibleText(read, 300),
        });
      }
      answers.push(read);
    }
    return {
      writtenAt: answers[0]?.writtenAt ?? null,
      problems: answers.flatMap(({ problems }) => problems),
      over: answers.reduce((sum, { over }) => sum + over, 0),
    };
  } finally {
    client.close();
  }
}
