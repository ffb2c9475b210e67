import { type Settings, type SettingsChange, settingsSchema } from '../../shared/contract/settings.ts';
import { type Store, save } from '../storage/store.ts';

export interface SettingsService {
  readonly current: Settings;
  /** The settings now, then each time anyone changes them, until the signal; a slow reader gets the newest only. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<Settings, void, void>;
  /** Saves what is given and leaves the rest. @throws HumError `settings-unwritable` */
  update(change: SettingsChange): void;
}

/** Opens the person's settings. A value that does not fit its schema falls back to its default; the others stay. */
export function openSettings(store: Store): SettingsService {
  let current = settingsSchema.parse({ theme: store.get('theme'), fleetView: store.get('fleetView') });
  const listeners = new Set<() => void>();
  return {
    get current() {
      return current;
    },
    async *watch(signal) {
      let wake = Promise.withResolvers<void>();
      const listener = () => wake.resolve();
      listeners.add(listener);
      signal?.addEventListener('abort', listener);
      try {
        let sent: Settings | undefined;
        while (!signal?.aborted) {
          wake = Promise.withResolvers<void>();
          if (sent !== current) {
            sent = current;
            yield sent;
          } else {
            await wake.promise;
          }
        }
      } finally {
        listeners.delete(listener);
        signal?.removeEventListener('abort', listener);
      }
    },
    update(change) {
      const next = settingsSchema.parse({ ...current, ...change });
      save(store, 'The settings could not be saved.', () => {
        if (change.theme !== undefined) store.set('theme', next.theme);
        if (change.fleetView !== undefined) store.set('fleetView', next.fleetView);
      });
      current = next;
      for (const listener of listeners) listener();
    },
  };
}
