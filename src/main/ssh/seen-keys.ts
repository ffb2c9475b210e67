import type { Store } from '../storage/store.ts';
import { hostKeyName, viewHostKey } from './host-key.ts';
import { knownName } from './known-hosts.ts';
import type { Target } from './session.ts';

/** When each host key was seen first: known_hosts does not tell, and a person who is shown a changed key wants to know. */
export interface SeenKeys {
  saw(target: Target, key: Buffer): void;
  /** Epoch ms; undefined when it never was. */
  firstSeen(target: Target, fingerprint: string): number | undefined;
  /** Writes what is not written yet. */
  flush(): void;
}

/** A fleet that connects for the first time sees a thousand keys within seconds. */
const writeAfterMs = 2000;

/** Opens the record. What cannot be written is kept in memory: no connection fails for it. */
export function openSeenKeys(store: Store, now: () => number = Date.now): SeenKeys {
  const saved = store.get('seen');
  const seen = new Map<string, number>();
  if (typeof saved === 'object' && saved !== null) {
    for (const [key, at] of Object.entries(saved)) if (typeof at === 'number' && Number.isFinite(at)) seen.set(key, at);
  }
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    try {
      store.set('seen', Object.fromEntries(seen));
    } catch {
      // A full disk: the next key tries again.
    }
  }

  return {
    saw(target, key) {
      const id = idOf(target, viewHostKey(key).fingerprint);
      if (seen.has(id)) return;
      seen.set(id, now());
      timer ??= setTimeout(flush, writeAfterMs);
      timer.unref();
    },
    firstSeen: (target, fingerprint) => seen.get(idOf(target, fingerprint)),
    flush,
  };
}

function idOf(target: Target, fingerprint: string): string {
  const { address, port } = knownName(target);
  return `${hostKeyName(address, port)} ${fingerprint}`;
}
