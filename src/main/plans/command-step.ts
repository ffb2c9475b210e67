import { HumError } from '../../shared/errors.ts';
import { shownWord } from '../ssh/quote.ts';
import type { RunResult } from '../ssh/session.ts';
import type { Action, StepContext } from './plan.ts';

export interface CommandArgs {
  /** The program and its arguments: data, never read by a shell. */
  readonly argv: readonly string[];
  readonly stdin?: string;
  /** From the request to the exit status. */
  readonly timeoutMs: number;
  /** Exit statuses that are well; 0 alone unless told otherwise. */
  readonly accept?: readonly number[];
}

export const usualTimeoutMs = 120_000;

/** An account's PATH over ssh often lacks the folders of xl, brctl and their like; messages are to come in English. */
export const commandScript = `PATH="\${PATH:-/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin" LC_ALL=C
export PATH LC_ALL
exec "$@"`;

/** The action that runs one command. */
export function commandAction(command: Omit<CommandArgs, 'timeoutMs'> & { readonly timeoutMs?: number }): Action {
  const { argv, stdin, timeoutMs = usualTimeoutMs, accept } = command;
  const fed = stdin === undefined ? '' : ` < (${Buffer.byteLength(stdin)} bytes)`;
  return {
    handler: 'command',
    args: { argv, timeoutMs, ...(stdin === undefined ? {} : { stdin }), ...(accept === undefined ? {} : { accept }) },
    shown: `${argv.map(shownWord).join(' ')}${fed}`,
  };
}

/** The `command` handler. @throws HumError `command-failed`, and what `Runner.run` throws */
export async function runCommandStep(args: Action['args'], context: StepContext): Promise<void> {
  await runCommand(args, context);
}

/**
 * Runs a command as a step and answers what it printed, which is the step's output too.
 * @throws HumError `command-failed` for an exit status that is not accepted, what it said as detail; `bad-input`; what `Runner.run` throws
 */
export async function runCommand(args: Action['args'], context: StepContext): Promise<RunResult> {
  const { argv, stdin, timeoutMs, accept = [0] } = commandArgs(args);
  const runner = context.runner();
  const result = await runner.run(commandScript, argv, { timeoutMs, signal: context.signal, ...(stdin === undefined ? {} : { stdin }) });
  const [stdout, stderr] = [result.stdout.toString(), result.stderr.toString()];
  context.output(stdout + (stdout === '' || stdout.endsWith('\n') || stderr === '' ? '' : '\n') + stderr);
  if (result.code === null || !accept.includes(result.code)) throw commandFailed(argv, result, stderr.trim() || stdout.trim());
  return result;
}

function commandFailed(argv: readonly string[], { code, signal }: RunResult, said: string): HumError {
  const how = code === null ? `was ended by ${signal === null ? 'the host' : `the signal ${signal}`}` : `ended with status ${code}`;
  return new HumError({
    code: 'command-failed',
    message: `${shownWord(argv[0] ?? '')} ${how}.`,
    hint: code === 127 ? 'Is the program installed on the host?' : 'What it said is below; look at the host.',
    ...(said === '' ? {} : { detail: said.slice(-4096) }),
  });
}

/** @throws HumError `bad-input`: what a journal holds may be of another Hum */
function commandArgs({ argv, stdin, timeoutMs, accept }: Action['args']): CommandArgs {
  const words = isList(argv) ? argv.filter((word) => typeof word === 'string') : [];
  const wellFormed = isList(argv) && words.length === argv.length && /^[^-]/.test(words[0] ?? '');
  if (!wellFormed || typeof timeoutMs !== 'number') {
    throw new HumError({
      code: 'bad-input',
      message: 'The journal holds a command that this Hum cannot run.',
      hint: 'Do the step by hand, or leave it.',
    });
  }
  const statuses = isList(accept) ? accept.filter((status) => typeof status === 'number') : undefined;
  return {
    argv: words,
    timeoutMs,
    ...(typeof stdin === 'string' ? { stdin } : {}),
    ...(statuses === undefined ? {} : { accept: statuses }),
  };
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}
