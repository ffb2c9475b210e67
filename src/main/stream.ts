/** Wakes whoever waits for the next change. */
export class Bell {
  #waiting = new Set<() => void>();

  ring(): void {
    if (this.#waiting.size === 0) return;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Until the next ring, until so many ms have passed, or until aborted. */
  wait(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = ms === undefined ? undefined : setTimeout(wake, ms);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

/** Until so many ms have passed, or until aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || ms <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

/** Until `promise` settles, or until aborted. @throws what `promise` rejects with */
export function settled(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done);
    promise.then(done, reject);
  });
}

/**
 * A generator that ends at once when any of the signals aborts, or when its reader returns early, even in the middle of a wait. `body` gets
 * one signal for both and ends when it aborts.
 */
export function abortable<T>(
  signals: readonly (AbortSignal | undefined)[],
  body: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncGenerator<T, void, void> {
  const own = new AbortController();
  const given = signals.filter((signal) => signal !== undefined);
  const abort = () => own.abort();
  for (const signal of given) {
    if (signal.aborted) own.abort();
    else signal.addEventListener('abort', abort);
  }
  const unlisten = () => {
    for (const signal of given) signal.removeEventListener('abort', abort);
  };
  own.signal.addEventListener('abort', unlisten);
  const inner = body(own.signal);
  return {
    async next() {
      try {
        const result = await inner.next();
        if (result.done) unlisten();
        return result;
      } catch (error) {
        unlisten();
        throw error;
      }
    },
    return() {
      own.abort();
      return inner.return();
    },
    throw(error) {
      own.abort();
      return inner.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await this.return();
    },
  };
}
