import { create } from 'zustand';
import { subscribe } from '../app/client.ts';
import { applied, type IncidentsState } from './incident-list.ts';

/** The incidents of the console, fed by `followIncidents`. */
export const useIncidents = create<IncidentsState>(() => ({ loaded: false, open: new Map(), pending: [], endings: 0, problem: null }));

/** Feeds the store from the console until the function that it returns is called. */
export function followIncidents(): () => void {
  return subscribe(
    (client, signal) => client.alerts.watch(undefined, { signal }),
    (event) => useIncidents.setState((before) => applied(before, event)),
    { onProblem: (problem) => useIncidents.setState({ problem }) },
  );
}
