import { HumError } from '../../../shared/errors.ts';
import type { Runner, RunOptions, RunResult } from '../../ssh/session.ts';
import { xenRootScript } from '../scripts.ts';
import { imageFailure } from './image-failures.ts';

/** The questions are short; what copies or reads a whole image takes as long as it takes. */
const timeoutMs = 60_000;

/** A file as the host has it. Bytes; epoch ms. */
export interface ImageStat {
  readonly bytes: number;
  readonly allocated: number;
  readonly modifiedAt: number;
}

/** One image of one host, and what images.sh does with it. Everything throws `HumError` with the host's words. */
export interface ImageHost {
  /** @throws HumError `not-found` where it is gone */
  look(): Promise<ImageStat>;
  readonly folder: string;
  /** Where on the host it lies until it is whole. */
  readonly part: string;
  /**
   * Makes room for `bytes`, of which `toWrite` take room on the disk. `of` tells this image from others. `by` is who may write to it beside root: for
   * SFTP the account that Hum logs in as. How many bytes are there already.
   */
  begin(bytes: number, toWrite: number, of: string, by?: 'account'): Promise<number>;
  arrived(): Promise<number>;
  /** Takes what comes from byte `at` on. How many are there then. */
  receive(at: number, data: Buffer | AsyncIterable<Buffer>, signal: AbortSignal): Promise<number>;
  /** Gives the image from byte `at` on to `take`, which holds the host back. */
  send(at: number, take: (chunk: Buffer) => Promise<void>, signal: AbortSignal): Promise<void>;
  /** SHA-256 in hex of what is there or has arrived, and as it is noted. `told` hears how many bytes have been read. */
  checksum(
    of: 'image' | 'part',
    told: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly sum: string; readonly noted: string | null }>;
  note(sum: string): Promise<void>;
  /** Makes the image of what has arrived of `of`. @throws HumError `name-taken` where another is there by now, `conflict` where it is not that */
  place(bytes: number, sum: string, of: string): Promise<void>;
  sign(mark: string): Promise<void>;
  unsign(mark: string): Promise<void>;
  /** Whether this host reaches `who` by ssh, as the host with the mark in this folder, and both have rsync. */
  way(port: number, who: string, mark: string, folder: string, signal: AbortSignal): Promise<boolean>;
  /** Sends the image into this folder of `who`. */
  direct(port: number, who: string, folder: string, signal: AbortSignal): Promise<void>;
  remove(): Promise<void>;
  /** Drops what has arrived of `of`, and nothing of another. */
  drop(of: string): Promise<void>;
}

/** @param host its inventory id, for what it says when something fails */
export function imageHost(runner: Runner, host: string, folder: string, name: string): ImageHost {
  const script = xenRootScript('images');
  const run = (what: string, args: readonly string[] = [], options: RunOptions = {}): Promise<RunResult> =>
    runner.run(script, ['', what, folder, name, ...args], { timeoutMs, ...options });

  async function done(what: string, args?: readonly string[], options?: RunOptions): Promise<string> {
    const result = await run(what, args, options);
    if (result.code !== 0) throw new HumError({ ...imageFailure(result), host });
    return result.stdout.toString();
  }

  function count(text: string, line: RegExp): number {
    const value = Number(line.exec(text)?.[1]);
    if (Number.isSafeInteger(value)) return value;
    throw notUnderstood(text);
  }

  function notUnderstood(text: string): HumError {
    return new HumError({
      code: 'bad-answer',
      message: 'What the host said of the image could not be understood.',
      hint: 'Try again. If it stays so, look at the image on the host.',
      host,
      detail: text.slice(0, 200),
    });
  }

  const at = (text: string) => count(text, /^at (\d{1,15})$/m);
  const long = (signal: AbortSignal): RunOptions => ({ timeoutMs: Number.POSITIVE_INFINITY, signal });

  return {
    folder,
    part: `${folder}/.${name}.part`,
    async look() {
      const text = await done('look');
      return {
        bytes: count(text, /^(\d{1,15}) /),
        allocated: count(text, /^\d+ (\d{1,15}) /) * count(text, /^\d+ \d+ (\d{1,6}) /),
        modifiedAt: count(text, /(\d{1,12})$/m) * 1000,
      };
    },
    async begin(bytes, toWrite, of, by) {
      const said = await done('begin', [String(bytes), String(Math.ceil(toWrite / 1024)), of, ...(by === undefined ? [] : [by])]);
      const there = at(said);
      if (there > bytes) throw notUnderstood(said);
      return there;
    },
    arrived: async () => at(await done('arrived')),
    receive: async (from, stdin, signal) => at(await done('receive', [String(from)], { ...long(signal), stdin })),
    async send(from, onStdout, signal) {
      await done('send', [String(from)], { ...long(signal), onStdout });
    },
    async checksum(of, told, signal) {
      let line = '';
      const lines: string[] = [];
      await done('checksum', [of], {
        ...long(signal),
        onStdout(chunk) {
          const parts = (line + chunk.toString('latin1')).split('\n');
          line = (parts.pop() ?? '').slice(0, 200);
          for (const part of parts) {
            const read = /^at (\d{1,15})$/.exec(part)?.[1];
            if (read !== undefined) told(Number(read));
            else if (lines.length < 8) lines.push(part);
          }
        },
      });
      const find = (word: string) =>
        lines.map((each) => new RegExp(`^${word} ([0-9a-fA-F]{64}|)$`).exec(each)?.[1]).find((each) => each !== undefined);
      const sum = find('sum')?.toLowerCase() || undefined;
      if (sum === undefined) throw new HumError({ ...imageFailure({ code: 87, stderr: Buffer.alloc(0) }), host });
      return { sum, noted: find('noted')?.toLowerCase() ?? null };
    },
    note: async (sum) => void (await done('note', [sum])),
    place: async (bytes, sum, of) => void (await done('place', [String(bytes), sum, of], { timeoutMs: 10 * 60_000 })),
    sign: async (mark) => void (await done('sign', [mark])),
    unsign: async (mark) => void (await done('unsign', [mark])),
    way: async (port, who, mark, there, signal) => (await run('way', [String(port), who, mark, there], { signal })).code === 0,
    async direct(port, who, there, signal) {
      await done('direct', [String(port), who, there], { ...long(signal), onStdout: () => undefined });
    },
    remove: async () => void (await done('remove')),
    drop: async (of) => void (await done('drop', [of])),
  };
}
