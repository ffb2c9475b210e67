import { create } from 'zustand';
import type { FleetView } from '../../shared/contract/settings.ts';
import { firstFleetView } from '../../shared/first-fleet-view.ts';
import { changeSettings, useSettings } from '../app/settings.ts';

/** How the fleet page is set: filter, grouping, sort and columns. */
export const useView = create<FleetView>(() => firstFleetView);

const saveAfterMs = 600;
let restored = false;
let saveTimer: ReturnType<typeof setTimeout> | undefined;

/** Changes the view, and saves it once it has rested for a moment. What is absent stays. */
export function changeView(change: (view: FleetView) => Partial<FleetView>): void {
  useView.setState(change);
  restored = true;
  clearTimeout(saveTimer);
  saveTimer = setTimeout(() => void changeSettings({ fleetView: useView.getState() }), saveAfterMs);
}

/** Takes the view from the settings when they first arrive; from then on this window's view is its own. */
export function restoreView(): () => void {
  const restore = () => {
    const saved = useSettings.getState().settings?.fleetView;
    if (!saved || restored) return;
    restored = true;
    useView.setState(saved);
  };
  restore();
  return useSettings.subscribe(restore);
}
