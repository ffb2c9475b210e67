import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** Calls once a second, for all listeners from one timer, and none at all while nobody listens. Returns the way to stop. */
function onEachSecond(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** A value that depends on the time, read again each second; the component is drawn again only when it changed. Give a primitive. */
export function useEachSecond<T extends string | number | boolean | null>(read: () => T): T {
  return useSyncExternalStore(onEachSecond, read);
}
