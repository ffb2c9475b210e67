import { create } from 'zustand';

/** Where the one connection to the console stands. Times are epoch ms of this machine's clock. */
export type Connection =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected' }
  | { readonly state: 'lost'; readonly since: number; readonly nextTryAt: number | null }
  | { readonly state: 'refused' };

/** The connection's state, for the banner and for whoever waits for it. Written by `client.ts` alone. */
export const useConnection = create<Connection>(() => ({ state: 'connecting' }));

/** Calls now, if there is a connection, and after each reconnection. Returns the way to stop. */
export function onConnected(listener: () => void): () => void {
  if (useConnection.getState().state === 'connected') listener();
  return useConnection.subscribe((now, before) => {
    if (now.state === 'connected' && before.state !== 'connected') listener();
  });
}

/** Settles when the connection is in one of these states, at once when it is there already. */
export function connectionIs(states: readonly Connection['state'][], signal?: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const now = useConnection.getState();
    if (states.includes(now.state)) return resolve(now);
    const stop = useConnection.subscribe((next) => {
      if (!states.includes(next.state)) return;
      finish();
      resolve(next);
    });
    const onAbort = () => {
      finish();
      reject(signal?.reason);
    };
    const finish = () => {
      stop();
      signal?.removeEventListener('abort', onAbort);
    };
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
  });
}
