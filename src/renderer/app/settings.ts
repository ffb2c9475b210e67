import { create } from 'zustand';
import type { Settings, SettingsChange } from '../../shared/contract/settings.ts';
import { act } from './act.tsx';
import { client, subscribe } from './client.ts';

/** The settings as the console has them, in step in every window; null until they came. */
export const useSettings = create<{ readonly settings: Settings | null }>(() => ({ settings: null }));

/** Feeds the store until the function that it returns is called. */
export function followSettings(): () => void {
  return subscribe(
    (console, signal) => console.settings.watch(undefined, { signal }),
    (settings) => useSettings.setState({ settings }),
  );
}

/** Changes settings for every window. What is absent stays; a failure is shown. */
export async function changeSettings(change: SettingsChange): Promise<void> {
  await act({ doing: 'Saving the settings', run: () => client.settings.update(change), done: () => null });
}
