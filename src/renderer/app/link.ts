import { RPCLink as PortLink } from '@orpc/client/message-port';
import { RPCLink as SocketLink } from '@orpc/client/websocket';
import { takeToken } from './token.ts';

export type Link = SocketLink<Record<never, never>> | PortLink<Record<never, never>>;

/** How a try to connect ended, or how a connection that was open did. */
export type LinkEnd = 'lost' | 'refused';

export interface LinkEvents {
  readonly onOpen: (link: Link) => void;
  readonly onEnd: (how: LinkEnd) => void;
}

/** WebSocket close codes by which the console says that it knows us not (RFC 6455 §7.4: 1008 policy, 4000 and up private use). */
const refusedCodes = new Set([1008, 4401, 4403]);

const tokenKey = 'hum.token';

/** Takes the token out of the address bar, so that it is neither bookmarked nor shown, and keeps it for this tab. */
export function rememberToken(): string | null {
  const taken = takeToken(location.hash);
  if (taken) {
    sessionStorage.setItem(tokenKey, taken.token);
    history.replaceState(history.state, '', `${location.pathname}${location.search}${taken.rest}`);
  }
  return sessionStorage.getItem(tokenKey);
}

/** One try to reach the console that served this page. Ends exactly once; the function that it gives closes the connection. */
export function openSocket(token: string, events: LinkEvents): () => void {
  const url = new URL('/rpc', location.href);
  url.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url, ['hum.v1', `token.${token}`]);
  // Before the link's own listener: when it fails the calls that wait, the state must say "lost" already. A console that is about to start,
  // or that has no room, turns the handshake down without a code: that is no word about the token, and worth another try.
  socket.addEventListener('close', (event) => events.onEnd(refusedCodes.has(event.code) ? 'refused' : 'lost'));
  socket.addEventListener('open', () => events.onOpen(link));
  const link = new SocketLink({ websocket: socket });
  return () => socket.close();
}

/** Waits for the port that the preload hands over (`hum:port`), each time that it does. */
export function awaitPort(events: LinkEvents): void {
  window.addEventListener('message', (event) => {
    const port = event.ports[0];
    if (event.source !== window || event.data !== 'hum:port' || !port) return;
    port.addEventListener('close', () => events.onEnd('lost'));
    const link = new PortLink({ port });
    port.start();
    events.onOpen(link);
  });
}
