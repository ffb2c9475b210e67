import { createORPCClient, DynamicLink } from '@orpc/client';
import type { Client } from '../../shared/contract/index.ts';
import type { Problem } from '../../shared/errors.ts';
import { HumError } from '../../shared/errors.ts';
import { backoffDelay } from './backoff.ts';
import { connectionIs, useConnection } from './connection.ts';
import type { Link } from './link.ts';
import { awaitPort, openSocket, rememberToken } from './link.ts';
import { connectionLost, problemFrom } from './problem.ts';
import { takeToken } from './token.ts';

let liveLink: Link | null = null;
let failures = 0;
let retryTimer: ReturnType<typeof setTimeout> | undefined;
let closeSocket: () => void = () => undefined;
/** Counts the tries, so that the end of one that was given up is not taken for the end of the next. */
let attempt = 0;

/** The console's procedures. Always speaks through the connection of the moment; a call while there is none fails with `connection-lost`. */
export const client: Client = createORPCClient<Client>(
  new DynamicLink(async () => {
    if (useConnection.getState().state === 'connecting') await connectionIs(['connected', 'lost', 'refused']);
    if (!liveLink) throw new HumError(connectionLost);
    return liveLink;
  }),
);

/** Connects and stays connected, over whichever road this page was served. Call once. */
export function connect(): void {
  if (location.protocol === 'hum:') {
    awaitPort({ onOpen: opened, onEnd: () => ended('lost', false) });
    return;
  }
  // A new link opened in this very tab changes the fragment alone; heard before the router, which knows no such page.
  window.addEventListener('hashchange', () => {
    if (takeToken(location.hash)) tryNow();
  });
  tryNow();
  setInterval(checkHeartbeat, heartbeatMs);
}

/** Tries again at once instead of at `nextTryAt`. */
export function tryNow(): void {
  clearTimeout(retryTimer);
  const token = rememberToken();
  if (token === null) {
    useConnection.setState({ state: 'refused' }, true);
    return;
  }
  const before = useConnection.getState();
  if (before.state === 'lost') useConnection.setState({ ...before, nextTryAt: null }, true);
  closeSocket();
  attempt += 1;
  const mine = attempt;
  closeSocket = openSocket(token, {
    onOpen: (link) => {
      if (mine === attempt) opened(link);
    },
    onEnd: (how) => {
      if (mine === attempt) ended(how, true);
    },
  });
}

function opened(link: Link): void {
  liveLink = link;
  failures = 0;
  useConnection.setState({ state: 'connected' }, true);
}

function ended(how: 'lost' | 'refused', retry: boolean): void {
  liveLink = null;
  if (how === 'refused') {
    useConnection.setState({ state: 'refused' }, true);
    return;
  }
  const before = useConnection.getState();
  const since = before.state === 'lost' ? before.since : Date.now();
  if (!retry) {
    useConnection.setState({ state: 'lost', since, nextTryAt: null }, true);
    return;
  }
  const delay = backoffDelay(failures, Math.random());
  failures += 1;
  useConnection.setState({ state: 'lost', since, nextTryAt: Date.now() + delay }, true);
  retryTimer = setTimeout(tryNow, delay);
}

const heartbeatMs = 15_000;

/** A browser cannot ping; a connection that died without a word (a laptop asleep, a tunnel gone) shows in a call that is not answered. */
async function checkHeartbeat(): Promise<void> {
  if (useConnection.getState().state !== 'connected') return;
  const close = closeSocket;
  try {
    await client.application.info(undefined, { signal: AbortSignal.timeout(heartbeatMs - 5_000) });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'TimeoutError') close();
  }
}

/**
 * Follows a stream of the console for as long as the caller wants it: starts it again, from a fresh snapshot, when the connection comes back.
 * `onProblem` hears why a stream ended that the console refused or broke; `onEnd` that it ended by itself. Returns the way to stop.
 */
export function subscribe<T>(
  start: (client: Client, signal: AbortSignal) => Promise<AsyncIterable<T>>,
  onEvent: (event: T) => void,
  { onProblem, onEnd }: { onProblem?: (problem: Problem) => void; onEnd?: () => void } = {},
): () => void {
  const stopping = new AbortController();
  const { signal } = stopping;
  const follow = async () => {
    for (let tries = 0; !signal.aborted; tries += 1) {
      try {
        await connectionIs(['connected'], signal);
        for await (const event of await start(client, signal)) {
          if (signal.aborted) return;
          tries = 0;
          onEvent(event);
        }
        if (signal.aborted) return;
        if (useConnection.getState().state === 'connected') return onEnd?.();
      } catch (error) {
        if (signal.aborted) return;
        const problem = problemFrom(error);
        if (problem.code !== 'connection-lost') {
          onProblem?.(problem);
          if (problem.code !== 'internal') return;
        }
      }
      await pause(backoffDelay(tries, Math.random()), signal);
    }
  };
  void follow();
  return () => stopping.abort();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
