/**
 * A stream that several components read through one store: `start` begins it and gives the way to end it. Each reader calls what this gives, and
 * what that gives when it leaves (an effect). The stream stays open while there are readers, and a while longer: going to and fro is free.
 */
export function sharedStream(start: () => () => void, lingerMs = 15_000): () => () => void {
  let readers = 0;
  let stop: (() => void) | null = null;
  let leaving: ReturnType<typeof setTimeout> | undefined;
  return () => {
    readers += 1;
    clearTimeout(leaving);
    stop ??= start();
    return () => {
      readers -= 1;
      if (readers > 0) return;
      leaving = setTimeout(() => {
        stop?.();
        stop = null;
      }, lingerMs);
    };
  };
}
