import { createHash } from 'node:crypto';
import { HumError } from '../../shared/errors.ts';
import { shownWord } from '../ssh/quote.ts';
import type { RunResult } from '../ssh/session.ts';
import restoreScript from './file-restore.sh?raw';
import writeScript from './file-write.sh?raw';
import { type Action, type StepContext, StepRefused } from './plan.ts';

export interface FileChange {
  /** Absolute. A symbolic link is followed: what it points to is replaced, not the link. */
  readonly path: string;
  readonly content: string;
  /** The SHA-256 (hex) that the file has now; null when it must not be there yet. */
  readonly expectedVersion: string | null;
  /** When the plan was made, epoch ms: goes into the name of the kept file. */
  readonly at: number;
  /** Where the one before is kept instead, an absolute path: cron would read a file that lies beside a crontab as another one. */
  readonly keptAs?: string;
}

const timeoutMs = 120_000;

/** The version of a file's content: SHA-256 in hex, as `sha256sum` prints it. */
export function versionOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * The actions that write a file on a host and take that back. The file is replaced in one moment, keeps owner and mode, and the one before stays
 * beside it as `<name>.hum-<timestamp>`. Safe to repeat; refused with `config-changed` when the file is not the one that was expected.
 * @throws HumError `bad-input` for a path that is not absolute
 */
export function fileActions({ path, content, expectedVersion, at, keptAs }: FileChange): {
  readonly action: Action;
  readonly undo: Action;
} {
  if (!/^\/./.test(path) || path.endsWith('/') || path.includes('\0')) throw badPath(path);
  const stamp = new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, '');
  const suffix = keptAs ?? `.hum-${stamp}`;
  const keptPath = keptAs ?? path + suffix;
  const version = versionOf(content);
  const args = { path, suffix, expectedVersion, version };
  const kept = expectedVersion === null ? '' : `mv ${shownWord(keptPath)} ${shownWord(path)}`;
  const written = `cat > ${shownWord(path)}`;
  return {
    action: {
      handler: 'file',
      args: { ...args, content },
      shown: expectedVersion === null ? written : `cp -p ${shownWord(path)} ${shownWord(keptPath)}; ${written}`,
    },
    undo: { handler: 'file-back', args, shown: kept === '' ? `rm ${shownWord(path)}` : kept },
  };
}

/** The `file` handler. @throws HumError `config-changed`, `disk-full`, `command-failed`, and what `Runner.run` throws */
export async function writeFileStep(args: Action['args'], context: StepContext): Promise<void> {
  const { content } = args;
  if (typeof content !== 'string') throw badArgs();
  await runScript(writeScript, args, context, content);
}

/** The `file-back` handler: the undo of `file`. @throws HumError as `writeFileStep` */
export async function restoreFileStep(args: Action['args'], context: StepContext): Promise<void> {
  await runScript(restoreScript, args, context, '');
}

async function runScript(script: string, args: Action['args'], context: StepContext, stdin: string): Promise<void> {
  const { path, suffix, expectedVersion, version } = args;
  if (typeof path !== 'string' || typeof suffix !== 'string' || typeof version !== 'string') throw badArgs();
  const expected = typeof expectedVersion === 'string' ? expectedVersion : '';
  const runner = context.runner();
  const result = await runner.run(script, [path, suffix, expected, version], { timeoutMs, stdin, signal: context.signal });
  context.output(result.stdout.toString() + result.stderr.toString());
  if (result.code !== 0) throw fileProblem(path, result);
}

/** The exit statuses that the two scripts choose: in each case they have changed nothing. */
const [changed, keptIsGone, shortWrite, noTool] = [81, 82, 83, 84];

/** Whether it is one of these. */
export function isFileStatus(code: number | null): boolean {
  return code !== null && code >= changed && code <= noTool;
}

/** Why one of the two scripts failed. */
export function fileProblem(path: string, { code, stderr }: RunResult): HumError {
  const name = shownWord(path);
  const said = stderr.toString().trim().slice(-4096);
  const detail = said === '' ? {} : { detail: said };
  switch (code) {
    case changed:
      return new StepRefused({
        code: 'config-changed',
        message: `${name} is not the file that it was: somebody else changed it.`,
        hint: 'Nothing was written. Look at what it holds now, then decide again.',
        ...detail,
      });
    case keptIsGone:
      return new StepRefused({
        code: 'config-missing',
        message: `The file that was kept beside ${name} is gone, so it cannot be put back.`,
        hint: 'Look for it on the host, or write the file anew.',
        ...detail,
      });
    case shortWrite:
      return new StepRefused({
        code: 'disk-full',
        message: `${name} could not be written whole; it was left as it was.`,
        hint: 'Look at the free space on the host (df) and try again.',
        ...detail,
      });
    case noTool:
      return new StepRefused({
        code: 'command-failed',
        message: 'The host has no sha256sum, without which Hum does not replace a file.',
        hint: 'Install coreutils or busybox on the host, or change the file by hand.',
      });
    default:
      return new HumError({
        code: 'command-failed',
        message: `${name} could not be written.`,
        hint: 'Look at the permissions of the file and its folder on the host.',
        ...detail,
      });
  }
}

function badPath(path: string): HumError {
  return new HumError({
    code: 'bad-input',
    message: `${shownWord(path)} is no absolute path of a file.`,
    hint: 'A path on the host begins with a slash and ends in a name.',
  });
}

function badArgs(): HumError {
  return new HumError({
    code: 'bad-input',
    message: 'The journal holds a file change that this Hum cannot do.',
    hint: 'Do the step by hand, or leave it.',
  });
}
