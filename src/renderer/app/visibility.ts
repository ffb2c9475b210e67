import { client } from './client.ts';
import { onConnected, useConnection } from './connection.ts';

/** Keeps the console told whether this window is seen: while none is, it samples the fleet less often. */
export function reportVisibility(): () => void {
  const report = () => {
    if (useConnection.getState().state !== 'connected') return;
    // Lost on the way, it is said again after the next connection.
    client.fleet.setVisible({ visible: document.visibilityState === 'visible' }).catch(() => undefined);
  };
  document.addEventListener('visibilitychange', report);
  const stop = onConnected(report);
  return () => {
    document.removeEventListener('visibilitychange', report);
    stop();
  };
}
