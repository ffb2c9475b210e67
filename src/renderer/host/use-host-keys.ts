import { useEffect } from 'react';
import { fleetPath, go, hostPath } from '../app/paths.ts';
import { useFleet } from '../fleet/store.ts';

/** The keys of the host page: `u` and Escape go back to the fleet, `[` and `]` to the host before and after in the inventory. */
export function useHostKeys(id: string): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isLayerOpen()) return;
      if (event.key === 'Escape' || event.key === 'u') go(fleetPath);
      else if (event.key === '[' || event.key === ']') {
        const next = neighbour([...useFleet.getState().rows.keys()], id, event.key === ']' ? 1 : -1);
        if (next !== null) go(hostPath(next));
      } else return;
      event.preventDefault();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [id]);
}

function neighbour(ids: readonly string[], id: string, step: 1 | -1): string | null {
  const at = ids.indexOf(id);
  return at < 0 ? null : (ids[at + step] ?? null);
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input, textarea, select'));
}

/** Escape closes what lies above the page first. */
function isLayerOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"], [role="listbox"]') !== null;
}
