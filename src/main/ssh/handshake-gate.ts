/** Lets so many in at once and the others wait in order of arrival. */
export interface HandshakeGate {
  /** Resolves with the way out, which may be called more than once. Rejects with the signal's reason when it aborts before. */
  enter(signal: AbortSignal): Promise<() => void>;
}

/** A handshake costs the console about 5 ms of key exchange: more side by side only makes all of them late. */
export function createHandshakeGate(limit = 32): HandshakeGate {
  let inside = 0;
  const waiting = new Set<() => void>();

  function admit(): () => void {
    inside++;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      inside--;
      const [next] = waiting;
      next?.();
    };
  }

  return {
    enter(signal) {
      if (signal.aborted) return Promise.reject(signal.reason);
      if (inside < limit && waiting.size === 0) return Promise.resolve(admit());
      return new Promise((resolve, reject) => {
        const giveUp = () => {
          waiting.delete(go);
          reject(signal.reason);
        };
        const go = () => {
          waiting.delete(go);
          signal.removeEventListener('abort', giveUp);
          resolve(admit());
        };
        waiting.add(go);
        signal.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}
