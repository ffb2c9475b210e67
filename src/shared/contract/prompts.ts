import { type } from '@orpc/contract';
import { z } from 'zod';
import { procedure } from './base.ts';

/** One line to be answered. `text` is the host's where the host asks: hostile. `echo`: what is typed may be seen. */
export interface PromptField {
  readonly text: string;
  readonly echo: boolean;
}

/** What "remember" means here; `refusal` is why it cannot be done, as a sentence. */
export interface Remembering {
  readonly where: 'keychain' | 'memory';
  readonly refusal: string | null;
}

/** A question that only a person can answer. It holds no answer, and no answer ever comes back. */
export interface PromptView {
  readonly id: string;
  /** `questions` are the host's own (keyboard-interactive): one-time codes, several lines. */
  readonly kind: 'passphrase' | 'password' | 'questions';
  /** What is asked for: "Passphrase of ~/.ssh/id_ed25519". */
  readonly title: string;
  /** Why: a sentence. */
  readonly reason: string;
  /** What the host says to it. Hostile text, with line ends; often empty. */
  readonly instructions: string;
  readonly fields: readonly PromptField[];
  /** Who waits for the answer, the first first; 50 at most. `hop`: on the way to which host this one is, where it is a jump host. */
  readonly hosts: readonly { readonly id: string; readonly place: string; readonly user: string; readonly hop: string | null }[];
  readonly hostCount: number;
  /** Why the answer before was no good. */
  readonly mistake: string | null;
  /** Null for what cannot be used twice. */
  readonly remember: Remembering | null;
  /** Epoch ms. */
  readonly askedAt: number;
}

export const promptAnswer = z.object({
  id: z.uuid(),
  /** One for each field. */
  answers: z.array(z.string().max(4096)).min(1).max(32),
  remember: z.boolean(),
});

export const prompts = {
  /** All open questions, oldest first: at once, then after each change. */
  watch: procedure.output(type<AsyncIteratorObject<readonly PromptView[], void, void>>()),
  /** Resolves when the answer was taken; one that is seen to be wrong at once stays open, with its `mistake`. @throws `not-found` when nobody waits any more */
  answer: procedure.input(promptAnswer).output(type<void>()),
  /** Nobody will answer: whoever waits goes on without. */
  cancel: procedure.input(z.object({ id: z.uuid() })).output(type<void>()),
};
