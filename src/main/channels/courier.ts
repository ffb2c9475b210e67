import { type Problem, problemOf } from '../../shared/errors.ts';
import type { Outbox, Waiting } from './outbox.ts';
import type { Outcome, Sender } from './senders/sender.ts';

export interface CourierDeps {
  readonly channel: string;
  readonly sender: Sender;
  readonly outbox: () => Outbox;
  /** @throws HumError where there is none, and it is needed */
  readonly secret: () => Promise<string | undefined>;
  readonly onChange: () => void;
  /** The outbox itself failed. */
  readonly onOutboxFailure: (error: unknown) => void;
  /** Epoch ms. */
  readonly now: () => number;
  readonly random?: () => number;
}

const [firstRetryMs, longestRetryMs] = [1_000, 300_000];

/**
 * Carries what waits for one channel, in order per host. After a failure the whole channel waits, longer each time, and then tries with one
 * message before it goes on with several: who is down is not hammered by every host. No courier knows of another.
 */
export class Courier {
  readonly #deps: CourierDeps;
  readonly #busy = new Set<string>();
  readonly #stopped = new AbortController();
  #under = 0;
  #failures = 0;
  #retryAt: number | null = null;
  #problem: Problem | null = null;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: CourierDeps) {
    this.#deps = deps;
  }

  get retryAt(): number | null {
    return this.#retryAt;
  }

  get problem(): Problem | null {
    return this.#problem;
  }

  /** There may be something to carry. */
  wake(): void {
    if (this.#stopped.signal.aborted) return;
    const { now } = this.#deps;
    if (this.#retryAt !== null && this.#retryAt > now()) {
      this.#timer ??= setTimeout(
        () => {
          this.#timer = undefined;
          this.wake();
        },
        Math.min(this.#retryAt - now(), 2 ** 31 - 1),
      );
      return;
    }
    try {
      for (const messages of this.#next()) void this.#carry(messages);
    } catch (error) {
      this.#deps.onOutboxFailure(error);
    }
  }

  /** Tries now, whatever was waited for. */
  retryNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#retryAt = null;
    this.wake();
  }

  /** Ends it. What is under way stays in the outbox, unless it has arrived. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped.abort();
    this.#deps.sender.close();
  }

  #next(): readonly (readonly Waiting[])[] {
    const { sender, outbox, channel } = this.#deps;
    const free = (this.#failures > 0 ? 1 : sender.lanes) - this.#under;
    if (free <= 0) return [];
    if (sender.batch === 1)
      return outbox()
        .heads(channel, free, this.#busy)
        .map((message) => [message]);
    const batch = outbox().first(channel, this.#failures > 0 ? 1 : sender.batch);
    return batch.length === 0 ? [] : [batch];
  }

  async #carry(waiting: readonly Waiting[]): Promise<void> {
    const lanes = waiting.map(({ lane }) => lane);
    this.#under += 1;
    for (const lane of lanes) this.#busy.add(lane);
    const outcome = await this.#send(waiting);
    this.#under -= 1;
    for (const lane of lanes) this.#busy.delete(lane);
    if (this.#stopped.signal.aborted && outcome.kind !== 'done') return;
    this.#settle(waiting, outcome);
    this.#deps.onChange();
    if (this.#under === 0 || outcome.kind !== 'retry') this.wake();
  }

  async #send(waiting: readonly Waiting[]): Promise<Outcome> {
    const { sender, secret } = this.#deps;
    let word: string | undefined;
    try {
      word = await secret();
    } catch (error) {
      return { kind: 'retry', problem: problemOf(error), answer: null };
    }
    try {
      return await sender.send(
        waiting.map(({ message }) => message),
        word,
        this.#stopped.signal,
      );
    } catch (error) {
      // A template that was right for the example and is not for this one: no later try will be.
      return { kind: 'refused', problem: problemOf(error), answer: null };
    }
  }

  #settle(waiting: readonly Waiting[], outcome: Outcome): void {
    const { outbox, channel, now } = this.#deps;
    if (outcome.kind === 'retry') {
      this.#failures += 1;
      this.#problem = outcome.problem;
      this.#retryAt = Math.max(this.#retryAt ?? 0, now() + this.#delay(outcome.afterMs));
      return;
    }
    // While it waits nothing is begun: this was under way before, and says nothing of how it is now.
    if (this.#retryAt === null || this.#retryAt <= now()) {
      this.#failures = 0;
      this.#problem = null;
      this.#retryAt = null;
    }
    const ids = waiting.map(({ id }) => id);
    try {
      if (outcome.kind === 'done') outbox().sent(channel, ids);
      else outbox().refused(channel, ids, outcome.problem);
    } catch (error) {
      this.#failures = 1;
      this.#retryAt = now() + firstRetryMs;
      this.#deps.onOutboxFailure(error);
    }
  }

  /** Exponential with jitter. A time that the other side named is kept to. */
  #delay(afterMs: number | undefined): number {
    const bound = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(this.#failures - 1, 20));
    const own = bound * (0.5 + 0.5 * (this.#deps.random ?? Math.random)());
    return Math.max(own, afterMs ?? 0);
  }
}
