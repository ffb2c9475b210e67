import type { ResultState } from '../../shared/contract/commands.ts';
import { type Problem, problemOf } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { KeptOutput } from './kept-output.ts';
import runScript from './run.sh?raw';

/** A command that prints more than this is stopped: whoever wanted it can write it to a file on the host. */
const mostPrinted = 64 * 1024 * 1024;
/** After the host was told to end it: TERM, KILL 2 s later, and the way back. */
const graceMs = 6_000;

export interface HostCommand {
  /** As it is run, parameters and all. */
  readonly text: string;
  readonly timeLimitMs: number;
}

export interface HostEnd {
  readonly state: Extract<ResultState, 'exited' | 'killed' | 'timed-out' | 'stopped' | 'unanswered'>;
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: KeptOutput;
  readonly problem?: Problem;
}

export interface RunningCommand {
  /** Never rejects. */
  readonly ended: Promise<HostEnd>;
  /** What it has printed up to now. */
  readonly output: KeptOutput;
  stop(): void;
}

/**
 * Runs a command on one host. `stop` ends what it has started there; so does the time limit. When the connection or Hum itself
 * goes, the command goes on, as one of `ssh` does.
 */
export function runOnHost(runner: Runner, { text, timeLimitMs }: HostCommand): RunningCommand {
  const output = new KeptOutput();
  const gone = new AbortController();
  const asked = Promise.withResolvers<boolean>();
  let why: 'timed-out' | 'stopped' | undefined;
  let flood: Problem | undefined;
  let late: NodeJS.Timeout | undefined;
  const limit = setTimeout(() => end('timed-out'), timeLimitMs);

  function end(reason: 'timed-out' | 'stopped'): void {
    if (why !== undefined) return;
    why = reason;
    asked.resolve(true);
    late = setTimeout(() => gone.abort(), graceMs);
  }

  function take(chunk: Buffer): void {
    output.add(chunk);
    if (output.bytes <= mostPrinted || flood !== undefined) return;
    flood = tooMuch();
    end('stopped');
  }

  async function follow(): Promise<HostEnd> {
    try {
      const running = runner.run(runScript, [text], {
        timeoutMs: Number.POSITIVE_INFINITY,
        signal: gone.signal,
        stdin: lineOnceAsked(asked.promise),
        onStdout: take,
      });
      // While a person is asked for a password nothing runs yet that could be aborted.
      const { code, signal } = await Promise.race([running, aborted(gone.signal)]);
      if (why !== undefined) return { state: why, code: null, signal: null, output, ...(flood === undefined ? {} : { problem: flood }) };
      return { state: code === null ? 'killed' : 'exited', code, signal, output };
    } catch (error) {
      const state = gone.signal.aborted && why !== undefined ? why : 'unanswered';
      return { state, code: null, signal: null, output, problem: gone.signal.aborted ? mayGoOn() : problemOf(error) };
    } finally {
      clearTimeout(limit);
      clearTimeout(late);
      asked.resolve(false);
    }
  }

  return { ended: follow(), output, stop: () => end('stopped') };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
}

async function* lineOnceAsked(asked: Promise<boolean>): AsyncGenerator<Buffer, void, void> {
  if (await asked) yield Buffer.from('\n');
}

function tooMuch(): Problem {
  return {
    code: 'flooded',
    message: `The command printed more than ${mostPrinted / 2 ** 20} MiB and was stopped.`,
    hint: 'Let it write to a file on the host, or print less.',
  };
}

function mayGoOn(): Problem {
  return {
    code: 'request-timeout',
    message: 'The host did not say that the command has ended.',
    hint: 'It may go on there: open a shell and look.',
  };
}
