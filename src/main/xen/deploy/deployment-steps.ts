import { HumError, type Problem } from '../../../shared/errors.ts';
import { fileProblem, isFileStatus } from '../../plans/file-step.ts';
import { type StepContext, type StepHandler, StepRefused } from '../../plans/plan.ts';
import type { RunResult } from '../../ssh/session.ts';
import { type ScriptName, xenScript } from '../scripts.ts';
import { type Args, list, text, unreadable } from '../step-args.ts';
import { watchCopy } from './copy-progress.ts';
import { deploymentFailure } from './deployment-failures.ts';
import { buildSeed } from './seed.ts';

const minute = 60_000;

/** From the request to the exit status: an image may be large, and come over a network. */
const timeouts = { short: 2 * minute, start: 15 * minute, disk: 12 * 60 * minute } as const;

/** What the plan runner must know to run the steps of a deployment (deployment-plan.ts), beside those of `xenStepHandlers`. */
export const deploymentStepHandlers: Readonly<Record<string, StepHandler>> = {
  'xen.claim': claim,
  'xen.disk': fileDisk,
  'xen.volume': volumeDisk,
  'xen.seed': seed,
  'xen.selinux': (args, context) => {
    const words = [text(args, 'what'), text(args, 'mark'), text(args, 'boolean'), text(args, 'absent')];
    return runAndJudge('selinux', words, 'setsebool', timeouts.start, context);
  },
  'xen.configuration': configuration,
  'xen.release': release,
};

/**
 * Runs one of the scripts of a deployment as a step.
 * @throws HumError why it failed, in a sentence; what `Runner.run` throws
 */
async function runAndJudge(
  script: ScriptName,
  args: readonly string[],
  shown: string,
  timeoutMs: number,
  context: StepContext,
  stdin?: Buffer,
): Promise<void> {
  const { problem } = await runScript(script, args, shown, timeoutMs, context, stdin);
  if (problem !== undefined) throw new HumError(problem);
}

interface Ran {
  readonly result: RunResult;
  readonly problem: Problem | undefined;
}

async function runScript(
  script: ScriptName,
  args: readonly string[],
  shown: string,
  timeoutMs: number,
  context: StepContext,
  stdin?: Buffer,
): Promise<Ran> {
  const options = { timeoutMs, signal: context.signal, ...(stdin === undefined ? {} : { stdin }) };
  const result = await context.runner().run(xenScript(script), args, options);
  const output = result.stdout.toString() + result.stderr.toString();
  context.output(output.replace(/^refused .*\n/gm, ''));
  const problem = deploymentFailure({ code: result.code, output, shown });
  return { result, problem: problem === undefined ? undefined : { ...problem, host: context.host } };
}

/** A name that is taken is refused: the script has taken everything back by then. */
async function claim(args: Args, context: StepContext): Promise<void> {
  const words = [text(args, 'what'), text(args, 'mark'), text(args, 'name'), text(args, 'tool'), text(args, 'config')];
  const { result, problem } = await runScript('claim', words, 'The claim of the name', timeouts.short, context);
  if (problem === undefined) return;
  throw result.code === 83 || result.code === 86 || result.code === 88 ? new StepRefused(problem) : new HumError(problem);
}

async function fileDisk(args: Args, context: StepContext): Promise<void> {
  const [mark, key, path] = [text(args, 'mark'), text(args, 'key'), pathOf(args, 'path')];
  if (text(args, 'what') === 'undo') {
    await runAndJudge('disk', ['undo', mark, key, path], 'rm', timeouts.short, context);
    return;
  }
  const words = ['make', mark, key, path, text(args, 'method'), pathOf(args, 'image'), text(args, 'format'), ...sizeWords(args)];
  await watchCopy([mark, key, path], args.total, context, () =>
    runAndJudge('disk', words, 'The making of the disk', timeouts.disk, context),
  );
}

async function volumeDisk(args: Args, context: StepContext): Promise<void> {
  const [mark, key] = [text(args, 'mark'), text(args, 'key')];
  const place = [text(args, 'group'), text(args, 'volume')];
  if (text(args, 'what') === 'undo') {
    await runAndJudge('volume', ['undo', mark, key, ...place], 'lvremove', timeouts.start, context);
    return;
  }
  const words = ['make', mark, key, ...place, text(args, 'method'), pathOf(args, 'image'), ...sizeWords(args)];
  await watchCopy([mark, key, ''], args.total, context, () => runAndJudge('volume', words, 'lvcreate', timeouts.disk, context));
}

/** What disk.sh and volume.sh are given last: bytes or nothing, `grow` or nothing, a checksum or nothing. */
function sizeWords({ size, grow, checksum }: Args): string[] {
  return [typeof size === 'number' ? String(size) : '', grow === true ? 'grow' : '', typeof checksum === 'string' ? checksum : ''];
}

async function seed(args: Args, context: StepContext): Promise<void> {
  const { files } = args;
  if (typeof files !== 'object' || files === null || Array.isArray(files)) throw unreadable();
  const image = buildSeed(new Map(Object.keys(files).map((name) => [name, Buffer.from(text(files as Args, name))])));
  const words = [text(args, 'mark'), text(args, 'key'), pathOf(args, 'path'), String(image.length)];
  await runAndJudge('seed', words, 'The writing of the seed', timeouts.short, context, image);
}

/** The arguments of `fileActions`, with the mark of the plan. */
async function configuration(args: Args, context: StepContext): Promise<void> {
  const [what, path] = [text(args, 'what'), text(args, 'path')];
  const words = [what, text(args, 'mark'), path, text(args, 'suffix'), '', text(args, 'version')];
  const stdin = what === 'make' ? Buffer.from(text(args, 'content')) : undefined;
  const { result, problem } = await runScript('write-config', words, `The writing of ${path}`, timeouts.short, context, stdin);
  if (problem === undefined) return;
  throw isFileStatus(result.code) ? fileProblem(path, result) : new HumError(problem);
}

/** The VM is there: what is left of the account of its deployment harms nobody, and must not take the VM away again. */
async function release(args: Args, context: StepContext): Promise<void> {
  const words = ['release', text(args, 'mark'), text(args, 'name'), ...list(args, 'volumes')];
  if (context.signal.aborted) throw cancelled();
  try {
    const result = await context.runner().run(xenScript('claim'), words, { timeoutMs: timeouts.short });
    context.output(result.stdout.toString() + result.stderr.toString());
  } catch (error) {
    if (!(error instanceof HumError)) throw error;
    context.output(`The account of the deployment is still in /var/lib/hum: ${error.problem.message}\n`);
  }
}

/** A path of the ledger is a line: one that is more is refused before anything is made. */
function pathOf(args: Args, key: string): string {
  const path = text(args, key);
  if (/\p{Cc}/u.test(path)) throw unreadable();
  return path;
}

function cancelled(): HumError {
  return new HumError({ code: 'cancelled', message: 'The deployment was cancelled.', hint: 'Deploy again if it is still wanted.' });
}
