import type { BackupHost, BackupsEvent } from '../../shared/contract/backups.ts';
import { type Bell, pause, settled } from '../stream.ts';

/** A little more than a quarter of a second, so that no second ever holds five. */
const patchSpacingMs = 260;

export interface BackupsState {
  readonly views: () => readonly BackupHost[];
  /** Counts every change; `changedAt` is the count at which a host changed last. */
  readonly revision: number;
  readonly changedAt: ReadonlyMap<string, number>;
  /** Hosts that left, by the count at which they did. */
  readonly goneAt: ReadonlyMap<string, number>;
  readonly bell: Bell;
}

/** First every host, then those that changed. A slow reader gets the newest state next, however much it missed. */
export async function* backupsFeed(
  state: BackupsState,
  signal: AbortSignal,
  writable: (() => Promise<void>) | undefined,
): AsyncGenerator<BackupsEvent, void, void> {
  const ready = async () => {
    if (writable !== undefined) await settled(writable(), signal);
    return !signal.aborted;
  };
  if (!(await ready())) return;
  let seen = state.revision;
  yield { kind: 'snapshot', hosts: state.views() };
  let sentAt = performance.now();
  while (!signal.aborted) {
    if (state.revision === seen) await state.bell.wait(signal);
    await pause(sentAt + patchSpacingMs - performance.now(), signal);
    if (!(await ready())) return;
    const hosts = state.views().filter(({ host }) => (state.changedAt.get(host) ?? 0) > seen);
    const gone = [...state.goneAt].filter(([, at]) => at > seen).map(([host]) => host);
    seen = state.revision;
    if (hosts.length > 0 || gone.length > 0) yield { kind: 'patch', hosts, gone };
    sentAt = performance.now();
  }
}
