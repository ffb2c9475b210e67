import { randomUUID } from 'node:crypto';
import type { PromptView } from '../../shared/contract/prompts.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { Asker, AskOptions, Question } from '../ssh/ask.ts';
import { Bell, settled } from '../stream.ts';
import type { Vault } from './vault.ts';

/** The questions that wait for a person, and the answers that were given. */
export interface Prompts extends Asker {
  readonly open: readonly PromptView[];
  /** All open questions, now and after each change. `writable`, if given, is awaited before each. */
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<readonly PromptView[], void, void>;
  /** @throws HumError `not-found` when nobody waits any more, `bad-input` when it is not one answer for each field */
  answer(id: string, answers: readonly string[], remember: boolean): Promise<void>;
  /** @throws HumError `not-found` */
  cancel(id: string): void;
  /** Ends every question unanswered and forgets what was answered. */
  stop(): void;
}

/** An answer serves everybody who asks the same within this time, so that a fleet that connects one after the other asks once. */
const sharedMs = 2 * 60_000;
/** Nothing sensible asks for more at once: the oldest stay, the rest goes unanswered. */
const mostOpen = 200;
const mostShownHosts = 50;

interface Waiter {
  readonly question: Question;
  readonly resolve: (answers: readonly string[] | undefined) => void;
}

interface OpenPrompt {
  readonly id: string;
  readonly question: Question;
  readonly check: AskOptions['check'];
  readonly waiters: Set<Waiter>;
  readonly askedAt: number;
  mistake: string | null;
  /** An answer is being checked. */
  busy: boolean;
}

/** Builds the service. `now` is the time of performance.now(), for tests. */
export function createPrompts({ vault, now = () => performance.now() }: { vault: Vault; now?: () => number }): Prompts {
  const open = new Map<string, OpenPrompt>();
  /** The newest answers, or that there is none. */
  const recent = new Map<string, { readonly answers: readonly string[] | undefined; readonly until: number }>();
  const mistakes = new Map<string, string>();
  const bell = new Bell();
  const stopped = new AbortController();

  /** What was answered before: the answers, `declined`, or undefined when it is not known. */
  function before(question: Question, byPerson: boolean): readonly string[] | 'declined' | undefined {
    for (const [key, { until }] of recent) if (until <= now()) recent.delete(key);
    if (!question.reusable) return undefined;
    const told = recent.get(question.key);
    if (told?.answers !== undefined) return told.answers;
    const kept = vault.get(question.key);
    if (kept !== undefined) return kept;
    return told !== undefined && !byPerson ? 'declined' : undefined;
  }

  function settle(prompt: OpenPrompt, answers: readonly string[] | undefined): void {
    open.delete(prompt.id);
    for (const { resolve } of prompt.waiters) resolve(answers);
    bell.ring();
  }

  function found(id: string): OpenPrompt {
    const prompt = open.get(id);
    if (prompt !== undefined) return prompt;
    throw new HumError({
      code: 'not-found',
      message: 'Nobody waits for this answer any more.',
      hint: 'It was answered in another window, or the host gave up waiting. Reconnect the host to be asked again.',
    });
  }

  function wait(question: Question, { signal, check }: AskOptions): Promise<readonly string[] | undefined> {
    const same = question.reusable ? [...open.values()].find((each) => each.question.key === question.key) : undefined;
    if (same === undefined && open.size >= mostOpen) return Promise.resolve(undefined);
    const prompt: OpenPrompt = same ?? {
      id: randomUUID(),
      question,
      check,
      waiters: new Set(),
      askedAt: Date.now(),
      mistake: mistakes.get(question.key) ?? null,
      busy: false,
    };
    mistakes.delete(question.key);
    open.set(prompt.id, prompt);
    bell.ring();
    return new Promise((resolve, reject) => {
      const leave = () => {
        prompt.waiters.delete(waiter);
        if (prompt.waiters.size === 0) open.delete(prompt.id);
        bell.ring();
        reject(signal.reason);
      };
      const waiter: Waiter = {
        question,
        resolve(answers) {
          signal.removeEventListener('abort', leave);
          resolve(answers);
        },
      };
      prompt.waiters.add(waiter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async ask(question, options) {
      if (stopped.signal.aborted) return undefined;
      options.signal.throwIfAborted();
      const known = before(question, options.byPerson);
      if (known === 'declined') return undefined;
      // What was remembered may have been changed since: a key with another passphrase.
      if (known !== undefined && (await options.check?.(known)) === undefined) return known;
      if (known !== undefined) forget(question.key);
      options.signal.throwIfAborted();
      if (options.silent) return undefined;
      return wait(question, options);
    },
    wrong(key, mistake) {
      forget(key);
      mistakes.set(key, mistake);
    },
    get open() {
      return [...open.values()].map((prompt) => view(prompt, vault));
    },
    async *watch(signal, writable) {
      const over = signal === undefined ? stopped.signal : AbortSignal.any([signal, stopped.signal]);
      while (!over.aborted) {
        const rung = bell.wait(over);
        if (writable !== undefined) await settled(writable(), over);
        if (over.aborted) return;
        yield [...open.values()].map((prompt) => view(prompt, vault));
        await rung;
      }
    },
    async answer(id, answers, remember) {
      const prompt = found(id);
      if (answers.length !== prompt.question.fields.length) throw wrongCount(prompt.question.fields.length);
      if (prompt.busy) throw answeredAlready();
      prompt.busy = true;
      const mistake = await prompt.check?.(answers).finally(() => {
        prompt.busy = false;
      });
      prompt.busy = false;
      if (mistake !== undefined) {
        prompt.mistake = mistake;
        bell.ring();
        return;
      }
      const { key, reusable } = prompt.question;
      if (reusable) recent.set(key, { answers, until: now() + sharedMs });
      settle(prompt, answers);
      if (reusable && remember) vault.set(key, answers);
    },
    cancel(id) {
      const prompt = found(id);
      if (prompt.question.reusable) recent.set(prompt.question.key, { answers: undefined, until: now() + sharedMs });
      settle(prompt, undefined);
    },
    stop() {
      stopped.abort();
      for (const prompt of open.values()) settle(prompt, undefined);
      recent.clear();
    },
  };

  function forget(key: string): void {
    recent.delete(key);
    vault.delete(key);
  }
}

function view(prompt: OpenPrompt, vault: Vault): PromptView {
  const { kind, title, reason, instructions, fields, reusable } = prompt.question;
  const hosts = [...prompt.waiters].slice(0, mostShownHosts).map(({ question: { asker } }) => ({ ...asker, hop: asker.hop ?? null }));
  return {
    id: prompt.id,
    kind,
    title: visibleText(title),
    reason: visibleText(reason, 1000),
    instructions: instructions
      .split('\n', 20)
      .map((line) => visibleText(line, 200))
      .join('\n'),
    fields: fields.slice(0, 32).map(({ text, echo }) => ({ text: visibleText(text, 200), echo })),
    hosts,
    hostCount: prompt.waiters.size,
    mistake: prompt.mistake,
    remember: reusable ? vault.remembering : null,
    askedAt: prompt.askedAt,
  };
}

function wrongCount(wanted: number): HumError {
  return new HumError({
    code: 'bad-input',
    message: `This question wants ${wanted} ${wanted === 1 ? 'answer' : 'answers'}.`,
    hint: 'Answer every line of it.',
  });
}

function answeredAlready(): HumError {
  return new HumError({
    code: 'conflict',
    message: 'An answer to this question is being tried already.',
    hint: 'Wait a moment; if it was wrong, the question stays.',
  });
}
