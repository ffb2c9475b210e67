import { HumError } from '../../../shared/errors.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner } from '../../ssh/session.ts';
import readFileScript from './read-file.sh?raw';

const timeoutMs = 120_000;
const mostFile = 256 * 1024;

/**
 * A file of a host as it is now, with its SHA-256; undefined where it is not there.
 * @throws HumError `command-failed`, `bad-input` for one of more than 256 KiB, and what `Runner.run` throws
 */
export async function readFile(runner: Runner, path: string): Promise<{ readonly version: string; readonly text: string } | undefined> {
  const result = await runner.run(readFileScript, [path], { timeoutMs });
  if (result.code === 3) return undefined;
  const text = result.stdout.toString();
  const lineEnd = text.indexOf('\n');
  const version = text.slice(0, Math.max(0, lineEnd));
  if (result.code !== 0 || !/^[0-9a-f]{64}$/.test(version)) {
    throw new HumError({
      code: 'command-failed',
      message: `${shownWord(path)} could not be read.`,
      hint: 'Look at the rights of the account on the host: this needs root.',
      detail: result.stderr.toString().slice(-2048),
    });
  }
  const body = text.slice(lineEnd + 1);
  if (Buffer.byteLength(body) > mostFile)
    throw new HumError({
      code: 'bad-input',
      message: `${shownWord(path)} is too large to be changed from here.`,
      hint: 'Change it by hand on the host.',
    });
  return { version, text: body };
}
