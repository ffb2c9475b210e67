import { HumError } from '../../../shared/errors.ts';
import type { Runner } from '../../ssh/session.ts';
import { type JobPart, type JobTexts, noTexts } from './job-files.ts';
import lookScript from './scripts/look.sh?raw';

/** What a host has of a job, and what a job needs. */
export interface HostLook {
  readonly texts: JobTexts;
  /** Parts in whose place is something that is no file, or far too large to be one. */
  readonly odd: readonly string[];
  /** A file that was asked for beside them; null where it is not there. */
  readonly foreign: Buffer | null;
  readonly account: { readonly uid: number; readonly home: string } | null;
  readonly rsync: string | null;
  readonly has: ReadonlySet<string>;
  readonly runsCron: boolean;
  /** A name of the time zone database that this console knows too; null for any other. */
  readonly zone: string | null;
  /** Epoch s, by the host's clock. */
  readonly clock: number;
}

/**
 * Looks at a job's files on a host. `root` runs scripts as root. A text that is no UTF-8 comes with U+FFFD in it, and so is no file of Hum's.
 * @throws HumError `bad-answer`, and what `Runner.run` throws
 */
export async function lookAtJob(root: Pick<Runner, 'run'>, name: string, user: string, foreign = ''): Promise<HostLook> {
  const { stdout } = await root.run(lookScript, [name, user, foreign], { timeoutMs: 60_000 });
  const look = readLook(stdout);
  if (look === undefined) {
    throw new HumError({
      code: 'bad-answer',
      message: 'The host did not tell what it has of this job.',
      hint: 'Try again; if it happens again, look at the host from a shell.',
    });
  }
  return look;
}

/** Reads what look.sh prints; undefined where it is not whole. Never throws. */
export function readLook(answer: Buffer): HostLook | undefined {
  const texts: Record<string, string | null> = { ...noTexts };
  const odd: string[] = [];
  const has = new Set<string>();
  let foreign: Buffer | null = null;
  let account: HostLook['account'] = null;
  let rsync: string | null = null;
  let runsCron = false;
  let zone: string | null = null;
  let clock = Number.NaN;
  let at = 0;
  for (;;) {
    const end = answer.indexOf(10, at);
    if (end < 0) return undefined;
    const [key = '', ...words] = answer.toString('utf8', at, end).split(' ');
    const [first = '', second = ''] = words;
    at = end + 1;
    if (key === 'end') break;
    if (key === 'file') {
      const length = /^\d{1,8}$/.test(second) ? Number(second) : Number.NaN;
      if (!(at + length < answer.length)) return undefined;
      const content = answer.subarray(at, at + length);
      if (first === 'foreign') foreign = Buffer.from(content);
      else if (Object.hasOwn(texts, first)) texts[first] = content.toString();
      at += length + 1;
    } else if (key === 'odd') odd.push(first);
    else if (key === 'has') has.add(first);
    else if (key === 'account') account = { uid: Number(first), home: words.slice(1).join(' ') };
    else if (key === 'rsync') rsync = first;
    else if (key === 'runs') runsCron = true;
    else if (key === 'zone') zone = knownZone(first);
    else if (key === 'clock') clock = Number(first);
  }
  if (!Number.isFinite(clock)) return undefined;
  return { texts: texts as Record<JobPart, string | null>, odd, foreign, account, rsync, has, runsCron, zone, clock };
}

function knownZone(name: string): string | null {
  try {
    return name === '' ? null : new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return null;
  }
}
