import type { HumError } from '../../shared/errors.ts';

/** A promise that only rejects: with the deadline, or with the signal. */
export interface Guard {
  readonly promise: Promise<never>;
  /** Stops the clock. */
  hold(): void;
  /** Starts it anew. */
  goOn(): void;
  end(): void;
}

/** Rejects with `error(true)` after `ms`, with `error(false)` when the signal aborts, unless it is ended before. */
export function guarded(ms: number, signal: AbortSignal, error: (timedOut: boolean) => HumError): Guard {
  let over = false;
  let timer: NodeJS.Timeout | undefined;
  let expire = () => {};
  let onAbort = () => {};
  const promise = new Promise<never>((_, reject) => {
    expire = () => reject(error(true));
    onAbort = () => reject(error(false));
  });
  promise.catch(() => undefined);
  const hold = () => clearTimeout(timer);
  const goOn = () => {
    clearTimeout(timer);
    if (!over) timer = setTimeout(expire, ms);
  };
  goOn();
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    promise,
    hold,
    goOn,
    end() {
      over = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
