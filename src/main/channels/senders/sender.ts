import type { Problem } from '../../../shared/errors.ts';
import type { Message } from '../message.ts';

/** How sending ended. `retry`: it may work later, not before `afterMs` where the other side named a time. */
export type Outcome =
  | { readonly kind: 'done'; readonly answer: string | null }
  | { readonly kind: 'refused'; readonly problem: Problem; readonly answer: string | null }
  | { readonly kind: 'retry'; readonly problem: Problem; readonly answer: string | null; readonly afterMs?: number };

/** One way out. It is told the secret for each message, and keeps it nowhere. */
export interface Sender {
  /** How many messages, of whichever hosts and in their order, go in one; 1: each alone. */
  readonly batch: number;
  /** How many hosts' messages are under way side by side. */
  readonly lanes: number;
  /** Whether it has something to send of such a message; what it has not counts as sent. */
  takes(message: Message): boolean;
  /** What would be sent, as a person may see it: the secret is not in it. @throws HumError `bad-input` for a template that cannot be filled in */
  show(messages: readonly Message[]): string;
  /** Failures are outcomes. @throws HumError as `show` */
  send(messages: readonly Message[], secret: string | undefined, signal: AbortSignal): Promise<Outcome>;
  /** Ends what it keeps open. */
  close(): void;
}

/** In place of a secret. */
export const hidden = '•••';
