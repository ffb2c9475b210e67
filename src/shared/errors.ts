/**
 * Every way an action can end badly. Closed on purpose: a new kind of trouble needs a new code, a sentence and a hint.
 */
export const problemCodes = [
  'bad-input',
  'not-found',
  'conflict',
  'cancelled',
  'name-unresolved',
  'connection-refused',
  'connect-timeout',
  'network-unreachable',
  'not-ssh',
  'handshake-timeout',
  'no-common-algorithm',
  'connection-lost',
  'auth-failed',
  'no-credentials',
  'key-unreadable',
  'key-encrypted',
  'answer-awaited',
  'not-answered',
  'answer-wrong',
  'host-key-unknown',
  'host-key-changed',
  'host-key-revoked',
  'host-certificate',
  'jump-host-down',
  'proxy-command-failed',
  'known-hosts-unwritable',
  'channel-refused',
  'request-timeout',
  'no-shell',
  'agent-refused',
  'no-proc',
  'program-missing',
  'flooded',
  'bad-answer',
  'file-unreadable',
  'import-invalid',
  'settings-damaged',
  'settings-unwritable',
  'demo-failed',
  'no-toolstack',
  'not-permitted',
  'toolstack-hangs',
  'toolstack-failed',
  'xenstore-dead',
  'domain-gone',
  'control-domain',
  'wrong-state',
  'memory-short',
  'name-taken',
  'bridge-missing',
  'disk-missing',
  'disk-in-use',
  'disk-full',
  'kernel-missing',
  'config-missing',
  'config-invalid',
  'config-changed',
  'guest-ignored',
  'command-failed',
  'plan-changed',
  'not-confirmed',
  'undo-failed',
  'undone',
  'interrupted',
  'journal-failed',
  'history-failed',
  'outbox-failed',
  'delivery-failed',
  'delivery-refused',
  'secret-missing',
  'internal',
] as const;

export type ProblemCode = (typeof problemCodes)[number];

/** What happened (`message`), and what a person can do about it (`hint`). Both are plain sentences, never markup or a stack trace. */
export interface Problem {
  readonly code: ProblemCode;
  readonly message: string;
  readonly hint: string;
  /** The inventory id of the host it is about. */
  readonly host?: string;
  /** The raw words of whoever refused: sshd, the kernel, a parser. Hostile text: shown, never interpreted. */
  readonly detail?: string;
}

/** The only error that a service throws on purpose. The contract carries its `problem` to the renderer as data. */
export class HumError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.message, options);
    this.name = 'HumError';
    this.problem = problem;
  }
}

/** The problem inside any thrown value. What nobody foresaw becomes `internal`, with its message as detail and no stack. */
export function problemOf(thrown: unknown): Problem {
  if (thrown instanceof HumError) return thrown.problem;
  return {
    code: 'internal',
    message: 'Something went wrong inside Hum.',
    hint: 'Try again. If it happens again, the log in the data folder has the details.',
    detail: messageOf(thrown),
  };
}

/** The bare words of any thrown value, for a `detail`. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
