import { HumError } from '../../../shared/errors.ts';
import { runCommandStep } from '../../plans/command-step.ts';
import { restoreFileStep, writeFileStep } from '../../plans/file-step.ts';
import { type Action, type StepContext, type StepHandler, StepRefused } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner } from '../../ssh/session.ts';
import { editFileStep } from './edit-step.ts';
import modeScript from './mode.sh?raw';
import renameScript from './rename.sh?raw';
import secretScript from './secret.sh?raw';

/** A host with little time left may take seconds to start a process. */
const timeoutMs = 120_000;

/** What the plan runner must know to run the fixes, by `Action.handler`. `root`: a runner that is root's in whole. */
export function fixStepHandlers(root: (host: string) => Runner): Readonly<Record<string, StepHandler>> {
  const raised =
    (handler: StepHandler): StepHandler =>
    (args, context) =>
      handler(args, { ...context, runner: () => root(context.host) });
  return {
    'backups.file': raised(writeFileStep),
    'backups.edit': raised(editFileStep),
    'backups.file-back': raised(restoreFileStep),
    'backups.command': raised(runCommandStep),
    'backups.rename': raised(({ from, to }, context) => changeFile(renameScript, [from, to], context)),
    'backups.mode': raised(({ path, before, after }, context) => changeFile(modeScript, [path, before, after], context)),
    'backups.secret': raised((args, context) => moveSecret(args, context, String(args.version))),
    'backups.secret-back': raised((args, context) => moveSecret(args, context, 'undo')),
  };
}

async function moveSecret(args: Action['args'], context: StepContext, version: string): Promise<void> {
  const { path, at, bytes, target, owner } = args;
  const words = [path, version, at, bytes, target, owner].map(String);
  const result = await context.runner().run(secretScript, words, { timeoutMs, signal: context.signal });
  context.output(result.stderr.toString());
  if (result.code === 0) return;
  const problem = {
    code: result.code === 81 ? ('config-changed' as const) : ('command-failed' as const),
    message:
      result.code === 81
        ? `${shownWord(String(path))} is not the file that it was.`
        : `The password could not be put into ${shownWord(String(target))}.`,
    hint: 'Nothing was changed that is not taken back. Look at the file, then decide again.',
  };
  throw result.code === 81 ? new StepRefused(problem) : new HumError(problem);
}

/** Runs a script whose first argument is a file, and whose status 81 says that the file is not what it was. */
async function changeFile(script: string, words: readonly unknown[], context: StepContext): Promise<void> {
  const [name = ''] = words.map(String);
  const result = await context.runner().run(script, words.map(String), { timeoutMs, signal: context.signal });
  context.output(result.stdout.toString() + result.stderr.toString());
  if (result.code === 0) return;
  if (result.code === 81) {
    throw new StepRefused({
      code: 'config-changed',
      message: `${shownWord(name)} is not what it was, or what it would be called is taken.`,
      hint: 'Nothing was changed. Look at the file, then decide again.',
    });
  }
  throw new HumError({
    code: 'command-failed',
    message: `${shownWord(name)} could not be changed.`,
    hint: 'What the host said is below; look at the file there.',
    detail: result.stderr.toString().trim().slice(-4096),
  });
}
