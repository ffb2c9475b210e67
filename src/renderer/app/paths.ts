import { navigate } from 'wouter/use-hash-location';

export const fleetPath = '/';
export const settingsPath = '/settings';

/** The address of a host's page, by its inventory id. */
export function hostPath(id: string): string {
  return `/hosts/${id}`;
}

/** Goes to a page of ours, with the back button's way back. */
export function go(path: string): void {
  navigate(path);
}
