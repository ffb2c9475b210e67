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
  let opened = false;
  // Before the link's own listener: when it fails the calls that wait, the state must say "lost" already.
  socket.addEventListener('close', (event) => {
    if (refusedCodes.has(event.code)) events.onEnd('refused');
    else if (opened) events.onEnd('lost');
    else answersHttp().then((answers) => events.onEnd(answers ? 'refused' : 'lost'));
  });
  socket.addEventListener('open', () => {
    opened = true;
    events.onOpen(link);
  });
  const link = new SocketLink({ websocket: socket });
  return () => socket.close();
}

/** A browser hides why a socket was refused; a console that answers plain HTTP and refuses the socket refuses the token. */
async function answersHttp(): Promise<boolean> {
  try {
    const answer = await fetch('/', { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(5_000) });
    return answer.ok;
  } catch {
    return false;
  }
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
