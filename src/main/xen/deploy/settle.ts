import { consoleLines } from '../../../shared/console-text.ts';
import { HumError, type Problem } from '../../../shared/errors.ts';
import { formatDuration } from '../../../shared/units.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { StepContext } from '../../plans/plan.ts';
import { pause } from '../../stream.ts';
import { xenScript } from '../scripts.ts';
import { type Args, text } from '../step-args.ts';
import { listen } from './console-listening.ts';
import { addressLine } from './deployed-guest.ts';
import { deploymentFailure } from './deployment-failures.ts';

/** Between two looks, ms. A host that takes its time for them has less of it for the guest that comes up, and is looked at less often. */
const lookEveryMs = 1000;
const slowestMs = 5000;
/** It rests so many times as long as its host takes for an answer. */
const restsLonger = 5;

/** A guest that reboots is not there for a moment, ms. */
const rebootMs = 8000;

/** One that has been started so often in the wait does not come up. */
const mostStarts = 4;

/** What is kept of the console to look into, characters. */
const consoleTail = 16_384;

/** An answer of watch.sh. */
export interface WatchAnswer {
  /** Null when there is no domain. */
  readonly id: number | null;
  /** Those of xl(1), list: `r-----`. */
  readonly flags: string;
  /** Whether it has been started anew since it was let run, and nobody has looked in between. */
  readonly again: boolean;
  readonly address: string | null;
  readonly answers: boolean;
}

/** Reads what watch.sh printed; undefined where it is not that. Pure. */
export function readWatch(stdout: Buffer): WatchAnswer | undefined {
  const lines = stdout.toString('latin1').split('\n');
  const values = new Map(lines.map((line): [string, string] => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]));
  const [, id, flags] = /^(\d{1,9}) ([a-z-]{6,})$/.exec(values.get('domain') ?? '') ?? [];
  if (id === undefined && values.get('domain') !== 'gone') return undefined;
  return {
    id: id === undefined ? null : Number(id),
    flags: flags ?? '',
    again: values.get('again') === 'yes',
    address: values.get('address') ?? null,
    answers: values.get('answers') === 'yes',
  };
}

/** What is to be waited for. */
export interface Waiting {
  readonly name: string;
  readonly ready: 'running' | 'ping' | 'ssh' | 'cloud-init';
  readonly stableMs: number;
}

/** What a guest has been seen to do so far. */
export interface Seen {
  readonly id: number | null;
  readonly starts: number;
  /** When it began to be watched, or a later start of it was first seen, epoch ms. */
  readonly since: number;
  /** Since when it is not there. */
  readonly goneSince: number | null;
  readonly address: string | null;
  readonly answered: boolean;
  /** The end of what it has printed. */
  readonly console: string;
}

export type Verdict =
  | { readonly kind: 'wait'; readonly progress: string }
  | { readonly kind: 'ready' }
  | { readonly kind: 'failed'; readonly how: 'crashed' | 'ended' | 'restarts' };

export const nothingSeen: Seen = { id: null, starts: 0, since: 0, goneSince: null, address: null, answered: false, console: '' };

/** Takes one more look in. Pure. */
export function look(before: Seen, answer: WatchAnswer, now: number): Seen {
  const anew = answer.id !== null && answer.id !== before.id;
  return {
    id: answer.id ?? before.id,
    starts: before.starts + (anew ? 1 : 0) + (answer.again ? 1 : 0),
    since: (anew && before.starts > 0) || answer.again || answer.id === null ? now : before.since,
    goneSince: answer.id === null ? (before.goneSince ?? now) : null,
    address: answer.address ?? before.address,
    answered: anew ? answer.answers : before.answered || answer.answers,
    console: before.console,
  };
}

/** Takes in what the guest has printed since: hostile text. Pure. */
export function heard(before: Seen, printed: string): Seen {
  return { ...before, console: (before.console + printed).slice(-consoleTail) };
}

/** What a look means: `flags` are those that it has seen. Pure. */
export function judge({ ready, stableMs }: Waiting, seen: Seen, flags: string, now: number): Verdict {
  if (seen.goneSince !== null) {
    if (now - seen.goneSince >= rebootMs) return { kind: 'failed', how: 'ended' };
    return { kind: 'wait', progress: 'not there' };
  }
  if (flags.includes('c')) return { kind: 'failed', how: 'crashed' };
  if (seen.starts >= mostStarts) return { kind: 'failed', how: 'restarts' };
  const up = now - seen.since;
  // What has shut down is taken away by the toolstack in a moment, or started again; what stays so has ended.
  if (/^...s/.test(flags))
    return up >= stableMs + rebootMs ? { kind: 'failed', how: 'ended' } : { kind: 'wait', progress: 'shutting down' };
  if (flags.includes('p')) return { kind: 'wait', progress: 'paused' };
  if (up < stableMs) return { kind: 'wait', progress: `running for ${formatDuration(up)}` };
  switch (ready) {
    case 'running':
      return { kind: 'ready' };
    case 'cloud-init':
      return /Cloud-init v\. ?\S+ finished at /.test(seen.console)
        ? { kind: 'ready' }
        : { kind: 'wait', progress: 'cloud-init is at work' };
    default:
      if (seen.answered) return { kind: 'ready' };
      return {
        kind: 'wait',
        progress: seen.address === null ? 'no address seen yet' : `no answer yet from ${visibleText(seen.address, 40)}`,
      };
  }
}

/**
 * The `xen.settle` handler. `answerMs` is how long the host took when it was last asked for its domains.
 * @throws HumError for a guest that does not stay, or is not ready in time; what `Runner.run` throws
 */
export async function settle(args: Args, context: StepContext, answerMs: number): Promise<void> {
  const waiting = waitingFrom(args);
  const [tool, mark, name] = [text(args, 'tool'), text(args, 'mark'), waiting.name];
  const [address, mac] = [args.address, args.mac].map((value) => (typeof value === 'string' ? value : ''));
  const limitMs = typeof args.limitMs === 'number' ? args.limitMs : 60_000;
  const started = Date.now();
  const ownRestMs = Math.min(restsLonger * answerMs, slowestMs);
  // It was let run a moment ago.
  let seen: Seen = { ...nothingSeen, since: started };

  async function lookOnce(): Promise<string> {
    const words = ['look', mark, tool, name, waiting.ready, address ?? '', mac ?? ''];
    const { code, stdout, stderr } = await context.runner().run(xenScript('watch'), words, { timeoutMs: 60_000, signal: context.signal });
    const answer = code === 0 ? readWatch(stdout) : undefined;
    if (answer === undefined) {
      const output = stdout.toString() + stderr.toString();
      const problem = deploymentFailure({ code: code === 0 ? null : code, output, shown: 'The look at the VM' });
      throw new HumError({ ...(problem ?? unread), host: context.host });
    }
    seen = look(seen, answer, Date.now());
    return answer.flags;
  }

  const listening = listen(mark, context, (printed) => {
    context.output(printed);
    seen = heard(seen, printed);
  });
  try {
    await pause(ownRestMs, context.signal);
    for (;;) {
      const asked = performance.now();
      const flags = await lookOnce().catch((error: unknown) => {
        // A host that has no time for an answer, or no session, says nothing of the VM.
        const busy = error instanceof HumError && ['request-timeout', 'channel-refused'].includes(error.problem.code);
        if (busy && Date.now() - started < limitMs) return undefined;
        throw error;
      });
      if (flags === undefined) {
        context.progress(`the host is slow to answer, ${formatDuration(Date.now() - started)}`);
        await pause(lookEveryMs - (performance.now() - asked), context.signal);
        continue;
      }
      const verdict = judge(waiting, seen, flags, Date.now());
      if (verdict.kind === 'ready') {
        await listening.toTheEnd();
        if (seen.address !== null) context.output(addressLine(seen.address));
        return;
      }
      const waited = Date.now() - started;
      if (verdict.kind === 'failed') {
        // The reader may have had no turn yet with the last lines.
        await pause(lookEveryMs, context.signal);
        await listening.toTheEnd();
        throw new HumError({ ...endedBadly(name, verdict.how), ...lastLines(seen.console), host: context.host });
      }
      if (waited >= limitMs) {
        await listening.toTheEnd();
        throw new HumError({ ...notInTime(waiting, seen, limitMs), ...lastLines(seen.console), host: context.host });
      }
      context.progress(`${verdict.progress}, ${formatDuration(waited)}`);
      // No guest is short of time while there is none.
      await pause(seen.goneSince === null ? Math.max(lookEveryMs, ownRestMs) : lookEveryMs, context.signal);
      if (context.signal.aborted) {
        throw new HumError({ code: 'cancelled', message: 'The wait was ended.', hint: 'Deploy it again if it is still wanted.' });
      }
    }
  } finally {
    await listening.stop();
    await endReading(mark, context);
  }
}

/** Nothing hangs on it: a reader that nobody looks after ends by itself. */
async function endReading(mark: string, context: StepContext): Promise<void> {
  try {
    await context.runner().run(xenScript('watch'), ['end', mark], { timeoutMs: 30_000 });
  } catch (error) {
    if (!(error instanceof HumError)) throw error;
  }
}

function waitingFrom(args: Args): Waiting {
  const ready = text(args, 'ready');
  const stableMs = typeof args.stableS === 'number' ? args.stableS * 1000 : 0;
  const known = (['running', 'ping', 'ssh', 'cloud-init'] as const).find((each) => each === ready) ?? 'running';
  return { name: text(args, 'name'), ready: known, stableMs };
}

const unread: Problem = {
  code: 'bad-answer',
  message: 'Hum cannot read what the host tells of the VM.',
  hint: 'Look at the VM on its host.',
};

function endedBadly(name: string, how: 'crashed' | 'ended' | 'restarts'): Problem {
  const words = {
    crashed: 'crashed right after it was started',
    ended: 'ended right after it was started',
    restarts: 'starts again and again',
  };
  return {
    code: 'toolstack-failed',
    message: `${visibleText(name, 60)} ${words[how]}.`,
    hint: 'The last lines of its console are below; /var/log/xen on the host has what the toolstack saw.',
  };
}

function notInTime({ name, ready }: Waiting, { address }: Seen, limitMs: number): Problem {
  const called = visibleText(name, 60);
  const within = `within ${formatDuration(limitMs)}`;
  const from = address === null ? '' : ` at ${visibleText(address, 40)}`;
  switch (ready) {
    case 'running':
      return {
        code: 'wrong-state',
        message: `${called} does not run steadily ${within}.`,
        hint: 'Somebody may have paused it. Look at its console, below.',
      };
    case 'cloud-init':
      return {
        code: 'guest-ignored',
        message: `cloud-init has not finished in ${called} ${within}.`,
        hint: 'The last lines of its console are below. Its image needs cloud-init, and has to print to the console.',
      };
    default:
      return {
        code: 'guest-ignored',
        message:
          address === null
            ? `Nobody could see the address of ${called} ${within}.`
            : `${called} has not answered ${ready === 'ping' ? 'a ping' : 'on its SSH port'}${from} ${within}.`,
        hint: 'Look at its network and its console, below: it may have another address than it should, or a firewall.',
      };
  }
}

/** The last 20 lines of a console, made safe to show. Pure. */
export function lastLines(console: string): { readonly detail?: string } {
  const lines = consoleLines(console, 300).filter((line) => line !== '');
  return lines.length === 0 ? {} : { detail: lines.slice(-20).join('\n') };
}
