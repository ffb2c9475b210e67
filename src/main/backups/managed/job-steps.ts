import { HumError, type Problem } from '../../../shared/errors.ts';
import { type Action, type StepContext, type StepHandler, StepRefused } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner, RunResult } from '../../ssh/session.ts';
import placeScript from './scripts/place.sh?raw';
import stateScript from './scripts/state.sh?raw';
import timerScript from './scripts/timer.sh?raw';

/** systemd runs every generator when it is told of a unit. */
const timeoutMs = 120_000;

/** What the plan runner must know for the steps of this feature. `root`: what runs scripts as root on a host. */
export function jobStepHandlers(root: (host: string) => Pick<Runner, 'run'>): Readonly<Record<string, StepHandler>> {
  const run = async (script: string, args: readonly string[], stdin: string, context: StepContext): Promise<RunResult> => {
    // By this the runner of plans knows that something may happen on the host.
    context.runner();
    const result = await root(context.host).run(script, args, { timeoutMs, stdin, signal: context.signal });
    context.output(result.stdout.toString() + result.stderr.toString());
    return result;
  };
  return {
    async 'backups.place'(args, context) {
      const path = text(args, 'path');
      const result = await run(
        placeScript,
        [path, text(args, 'mode'), text(args, 'from'), text(args, 'to')],
        text(args, 'content'),
        context,
      );
      if (result.code !== 0) throw placeProblem(path, result, context);
    },
    async 'backups.state'(args, context) {
      const result = await run(stateScript, [text(args, 'what'), text(args, 'name'), text(args, 'user')], '', context);
      if (result.code !== 0) throw failed('The folder of the job in /var/lib/hum/jobs could not be made.', result, context);
    },
    async 'backups.timer'(args, context) {
      const result = await run(timerScript, [text(args, 'what'), text(args, 'name')], '', context);
      if (result.code !== 0) throw failed(timerFailure(text(args, 'what')), result, context);
    },
  };
}

function timerFailure(what: string): string {
  return what === 'reload' ? 'systemd did not read its files anew.' : `systemd did not turn the timer ${what}.`;
}

/** @throws HumError `bad-input`: what a journal holds may be of another Hum */
function text(args: Action['args'], key: string): string {
  const value = args[key];
  if (typeof value === 'string') return value;
  throw new HumError({
    code: 'bad-input',
    message: 'The journal holds a change of a backup that this Hum cannot do.',
    hint: 'Do the step by hand, or leave it.',
  });
}

/** The exit statuses of place.sh with which it has changed nothing. */
function placeProblem(path: string, result: RunResult, context: StepContext): HumError {
  const name = shownWord(path);
  switch (result.code) {
    case 81:
      return new StepRefused({
        code: 'config-changed',
        message: `${name} is not the file that it was: somebody else changed it.`,
        hint: 'It was left as it is. Open the job again: what is different is shown there.',
        host: context.host,
      });
    case 83:
      return new StepRefused({
        ...said(result),
        code: 'disk-full',
        message: `${name} could not be written whole; it was left as it was.`,
        hint: 'Look at the free space on the host (df) and try again.',
        host: context.host,
      });
    case 84:
      return new StepRefused({
        code: 'program-missing',
        message: 'The host has no sha256sum, without which Hum does not replace a file.',
        hint: 'Install coreutils or busybox on the host.',
        host: context.host,
      });
    case 85:
      return new StepRefused({
        ...said(result),
        code: 'conflict',
        message: `Something is in the way of ${name}: a link, a folder, or a folder that others may write into.`,
        hint: 'Look at it on the host; Hum writes only where root alone may.',
        host: context.host,
      });
    default:
      return failed(`${name} could not be written.`, result, context);
  }
}

function failed(message: string, result: RunResult, { host }: StepContext): HumError {
  return new HumError({
    ...said(result),
    code: 'command-failed',
    message,
    hint: 'What the host said is below; look at it from a shell.',
    host,
  });
}

function said({ stderr }: RunResult): Pick<Problem, 'detail'> {
  const words = stderr.toString().trim().slice(-4096);
  return words === '' ? {} : { detail: words };
}
