import { connectionIs } from '../app/connection.ts';
import type { UploadRoad } from '../components/send-file.ts';
import { hostConnects, hostReturns } from '../terminals/open-shell.ts';

/** Before a lost connection is tried again, ms: what is known of it may be older than the loss. */
const calmMs = 500;

/** How a transfer waits for its host: the first time until it is connected, later until it is back. `waits` hears of each loss. */
export function wayToHost(host: string, waits: () => void): Pick<UploadRoad, 'reachable' | 'comesBack'> {
  let wasLost = false;
  return {
    async reachable(signal: AbortSignal): Promise<void> {
      if (wasLost) await new Promise((resolve) => setTimeout(resolve, calmMs));
      signal.throwIfAborted();
      await connectionIs(['connected'], signal);
      await (wasLost ? hostReturns(host, signal) : hostConnects(host, signal));
    },
    comesBack() {
      wasLost = true;
      waits();
      return true;
    },
  };
}
