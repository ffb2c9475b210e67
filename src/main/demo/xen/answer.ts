/** What a command of a simulated host answers. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** How long it takes, ms. Its effect has begun before. */
  readonly afterMs: number;
  /** What goes on for a while: it says things, and ends with a status of its own, in place of `code`. Answers the way to give up. */
  readonly live?: (say: (text: string) => void, end: (code: number) => void) => () => void;
}

export function printed(stdout: string, afterMs = 0): Answer {
  return { code: 0, stdout, stderr: '', afterMs };
}

/** Each line of stderr without its newline. */
export function failed(code: number, ...stderr: readonly string[]): Answer {
  return { code, stdout: '', stderr: stderr.map((line) => `${line}\n`).join(''), afterMs: 0 };
}

/** It worked, and said something on stderr all the same, as much of xl does. */
export function said(afterMs: number, ...stderr: readonly string[]): Answer {
  return { code: 0, stdout: '', stderr: stderr.map((line) => `${line}\n`).join(''), afterMs };
}
