import { type Settings, type SettingsChange, settingsSchema } from '../../shared/contract/settings.ts';
import { type Store, save } from '../storage/store.ts';

export interface SettingsService {
  readonly current: Settings;
  /** The settings now, then each time anyone changes them, until the signal; a slow reader gets the newest only. */
  watch(signal: AbortSignal | undefined): AsyncGenerator<Settings, void, void>;
  /** Saves what is given and leaves the rest. @throws HumError `settings-unwritable` */
  update(change: SettingsChange): void;
  /** Allows a command of ssh_config's `Match exec` to be run, or no more. @throws HumError `settings-unwritable` */
  allowCommand(command: string, allowed: boolean): void;
}

/** Opens the person's settings. A value that does not fit its schema falls back to its default; the others stay. */
export function openSettings(store: Store): SettingsService {
  let current = settingsSchema.parse({
    theme: store.get('theme'),
    fleetView: store.get('fleetView'),
    terminal: store.get('terminal'),
    openShells: store.get('openShells'),
    history: store.get('history'),
    templateFolders: store.get('templateFolders'),
    imageFolders: store.get('imageFolders'),
    allowedCommands: store.get('allowedCommands'),
  });
  const listeners = new Set<() => void>();
  function tell(next: Settings): void {
    current = next;
    for (const listener of listeners) listener();
  }

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
        if (change.terminal !== undefined) store.set('terminal', next.terminal);
        if (change.openShells !== undefined) store.set('openShells', next.openShells);
        if (change.history !== undefined) store.set('history', next.history);
        if (change.templateFolders !== undefined) store.set('templateFolders', next.templateFolders);
        if (change.imageFolders !== undefined) store.set('imageFolders', next.imageFolders);
      });
      tell(next);
    },
    allowCommand(command, allowed) {
      const others = current.allowedCommands.filter((each) => each !== command);
      const allowedCommands = allowed ? [...others, command] : others;
      save(store, 'The settings could not be saved.', () => store.set('allowedCommands', allowedCommands));
      tell({ ...current, allowedCommands });
    },
  };
}
