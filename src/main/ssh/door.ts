import { randomBytes } from 'node:crypto';
import { setArguments } from './quote.ts';
import type { Root } from './session.ts';

/** What opens a POSIX sh on a host, whatever the login shell is, and how to tell the script's output from what came before. */
export interface Door {
  /** The command line for the login shell: words that bash, dash, zsh, fish, tcsh, mksh and busybox ash read alike. */
  readonly command: string;
  /** What to send on stdin at once. Nothing may follow before `ready`: busybox's `head -c` reads ahead. */
  readonly payload: Buffer;
  /** Stands at the end of what the login shell printed, in stdout and in stderr; the script's output follows. */
  readonly ready: Buffer;
  /** Where there is a terminal between: what the host prints once the payload may be sent. */
  readonly invitation?: Buffer;
}

/**
 * Wraps a script. The nonce makes sure that nothing a host prints passes for `ready`; it is sent in two halves, so that a forced
 * command which only sends back what it receives (`cat`) does not either.
 */
export function makeDoor(
  script: string,
  args: readonly string[] = [],
  { nonce = randomBytes(16).toString('hex'), root }: { nonce?: string; root?: Root | undefined } = {},
): Door {
  const half = nonce.length / 2;
  const announce = `printf '\\n%s%s\\n' ${nonce.slice(0, half)} ${nonce.slice(half)}`;
  const payload = Buffer.from(`${setArguments(args)}\n${announce}\n${announce} >&2\n${script}`);
  const ready = Buffer.from(`\n${nonce}\n`);
  const shell = `sh -c 'eval "$(head -c ${payload.length})"'`;
  if (root === undefined) return { command: `exec ${shell}`, payload, ready };
  if (root.by !== 'sudo') return { command: `exec ${root.by === 'doas' ? 'doas' : 'sudo'} -n ${shell}`, payload, ready };
  if (/[\n\0]/.test(root.password)) throw new Error('A password is one line.');
  // sudo may want no password (NOPASSWD) and leave the line to the shell, which must not run it: it passes over all lines up to a mark.
  const mark = `m${nonce.slice(0, half)}`;
  return {
    command: `exec sudo -k -S -p "" sh -c 'while IFS= read -r l && [ "$l" != ${mark} ]; do :; done; eval "$(head -c ${payload.length})"'`,
    payload: Buffer.concat([Buffer.from(`${root.password}\n${mark}\n`), payload]),
    ready,
  };
}

/**
 * Wraps a script that is to run on a terminal. Until it is told otherwise, a terminal echoes what it is sent, acts on the control
 * characters in it and drops what is longer than a line may be (termios(3), MAX_CANON): it is made raw first, invites the payload, and is
 * what it was again before the script begins. stdout and stderr are one on a terminal.
 */
export function makeTerminalDoor(script: string, args: readonly string[] = [], nonce: string = randomBytes(24).toString('hex')): Door {
  const [first, second, third] = [nonce.slice(0, 16), nonce.slice(16, 32), nonce.slice(32)];
  const payload = Buffer.from(`stty "$t"\n${setArguments(args)}\nprintf %s%s ${second} ${third}\n${script}`);
  return {
    command: `exec sh -c 't=$(stty -g); stty raw -echo; printf %s%s ${first} ${second}; eval "$(head -c ${payload.length})"'`,
    payload,
    invitation: Buffer.from(first + second),
    ready: Buffer.from(second + third),
  };
}

/** What a login shell and its start files may print before the script: a long motd is 2 KiB. */
export const noiseLimit = 64 * 1024;

const escapeCode = 0x1b;

/** Drops a stream up to and including `ready`. */
export class NoiseFilter {
  #ready: Buffer;
  readonly #fromProgram: boolean;
  #noise: Buffer | undefined = Buffer.alloc(0);

  /**
   * `fromProgram`: nothing comes before `ready`, and a program that takes the whole terminal for itself may come in its place: tmux throws away
   * what the terminal has not passed on by then (tcflush(3), in tty_start_tty of its tty.c). What such a program says begins with an escape sequence.
   */
  constructor(ready: Buffer, fromProgram = false) {
    this.#ready = ready;
    this.#fromProgram = fromProgram;
  }

  get passed(): boolean {
    return this.#noise === undefined;
  }

  /** What was printed so far, before `ready`. */
  get noise(): Buffer {
    return this.#noise ?? Buffer.alloc(0);
  }

  get overflowed(): boolean {
    return this.#noise !== undefined && this.#noise.length > noiseLimit;
  }

  /** The part of a chunk that comes after `ready`; undefined while it has not come. */
  take(chunk: Buffer): Buffer | undefined {
    if (this.#noise === undefined) return chunk;
    const seen = Buffer.concat([this.#noise, chunk]);
    const at = seen.indexOf(this.#ready, Math.max(0, this.#noise.length - this.#ready.length));
    const from = at < 0 ? this.#programIn(seen) : at + this.#ready.length;
    if (from < 0) {
      this.#noise = seen;
      return undefined;
    }
    const rest = seen.subarray(from);
    this.#noise = undefined;
    this.#ready = Buffer.alloc(0);
    return rest;
  }

  /** Where a program begins that has thrown `ready` away, or all but its beginning; -1 where none does. */
  #programIn(seen: Buffer): number {
    const at = this.#fromProgram ? seen.indexOf(escapeCode) : -1;
    return at >= 0 && seen.subarray(0, at).equals(this.#ready.subarray(0, at)) ? at : -1;
  }
}
