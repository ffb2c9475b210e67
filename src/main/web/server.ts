import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { HumError } from '../../shared/errors.ts';
import { offerPath, piecePath } from '../../shared/file-limits.ts';
import type { TakeFile } from '../files/offers.ts';
import type { Logger } from '../logging.ts';
import type { PieceTaker } from '../pieces.ts';
import { sendFile } from './file-answer.ts';
import { createNonce, securityHeaders } from './page.ts';
import { takePiece } from './piece-request.ts';
import { isLoopback, judge, offeredToken, ownHosts, protocolName, RefusalLimit, sameToken, urlHost } from './security.ts';
import type { Site } from './site.ts';
import { type PacedSocket, paceSocket } from './socket.ts';

export interface WebServerOptions {
  readonly site: Site;
  /** A loopback address unless the person allowed others (flags.ts). */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly token: string;
  readonly log: Logger;
}

export interface WebServer {
  /** `http://…/`, without the token. */
  readonly url: string;
  /** From now on each socket that has shown the token is handed to `serve`, which answers what to do when it has closed. `files`: the console's. */
  open(serve: (socket: PacedSocket, id: string) => () => void, files?: FileWays): void;
  /** Refuses what is new and ends every connection. */
  close(): Promise<void>;
}

/** What the page and the console tell each other beside the WebSocket. */
export interface FileWays {
  readonly takeFile: TakeFile;
  readonly pieces: PieceTaker;
}

/** Tabs of one person, with room to spare; every one costs the console a stream. */
const mostSockets = 32;
const mostConnections = 128;
/** The largest input of the contract is an inventory file of 8 MiB, as JSON text inside JSON. */
const mostPayloadBytes = 20 * 1024 * 1024;
/** A piece of an upload may come over a slow line. */
const requestMs = 5 * 60_000;
/** RFC 6455 §7.4.2: 4000 to 4999 are for private use. The page tells a refused token from a lost connection by it. */
const tokenRefused = 4401;

/**
 * Starts the HTTP server: the page for anyone who can reach it, and the WebSocket `/rpc` for who shows the token.
 * @throws HumError `conflict` when the port is taken, `bad-input` when it or the address cannot be used.
 */
export async function startWebServer({ site, host, port, token, log }: WebServerOptions): Promise<WebServer> {
  const server = createServer({
    maxHeaderSize: 16 * 1024,
    headersTimeout: 3_000,
    requestTimeout: requestMs,
    keepAliveTimeout: 5_000,
    connectionsCheckingInterval: 1_000,
  });
  server.maxConnections = mostConnections;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: mostPayloadBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => (offered.has(protocolName) ? protocolName : false),
  });
  const refusals = new RefusalLimit();
  let own: ReadonlySet<string> = new Set();
  let serve: ((socket: PacedSocket, id: string) => () => void) | undefined;
  let files: FileWays | undefined;

  function onRequest(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    const isPiece = request.method === 'PUT' && path.startsWith(piecePath);
    const verdict = judge(request.headers, own, isPiece);
    if (verdict !== 'ours') {
      log.warn({ verdict, from: request.socket.remoteAddress }, 'request refused');
      response.writeHead(403, { ...securityHeaders(createNonce()), 'Content-Type': 'text/plain', Connection: 'close' });
      response.end('This address is not where Hum is.\n');
      return;
    }
    if (files && isPiece) return void takePiece(request, response, files.pieces, log);
    // Nobody else has anything to send, and nobody waits for it.
    if (hasBody(request)) response.shouldKeepAlive = false;
    const taken = request.method === 'GET' && path.startsWith(offerPath) ? files?.takeFile(path.slice(offerPath.length)) : undefined;
    if (taken !== undefined) return void sendFile(taken, response, log);
    const answer = site.answer(request.method ?? '', path, [`ws://${request.headers.host}`]);
    response.writeHead(answer.status, { ...answer.headers, 'Content-Length': answer.body.byteLength });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
  }

  function onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy());
    // Both halves are closed: the time limits of HTTP end with the upgrade, and whoever kept the other half would keep one of our connections.
    const refuse = (status: string) =>
      stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => stream.destroy());
    const verdict = judge(request.headers, own, true);
    if (verdict !== 'ours') {
      log.warn({ verdict, from: request.socket.remoteAddress }, 'handshake refused');
      return void refuse('403 Forbidden');
    }
    if (request.url !== '/rpc') return void refuse('404 Not Found');
    if (!serve || sockets.clients.size >= mostSockets) return void refuse('503 Service Unavailable');
    const offered = offeredToken(request.headers['sec-websocket-protocol']);
    const known = offered !== undefined && sameToken(offered, token);
    if (!known && refusals.exceeded(Date.now())) return void stream.destroy();
    sockets.handleUpgrade(request, stream, head, (socket) => (known ? accept(socket) : refuseToken(socket, request)));
  }

  function refuseToken(socket: WebSocket, request: IncomingMessage): void {
    log.warn({ from: request.socket.remoteAddress }, 'token refused');
    socket.on('error', () => socket.terminate());
    socket.close(tokenRefused, 'token refused');
    // Who does not answer the closing handshake has no right to the thirty seconds that ws would wait.
    setTimeout(() => socket.terminate(), 2_000).unref();
  }

  function accept(socket: WebSocket): void {
    const id = randomUUID();
    log.info({ client: id }, 'client connected');
    socket.on('error', (error) => log.warn({ client: id, reason: error.message }, 'client connection failed'));
    const closed = serve?.(paceSocket(socket), id);
    socket.on('close', (code) => {
      log.info({ client: id, code }, 'client left');
      closed?.();
    });
  }

  server.on('request', onRequest);
  server.on('upgrade', onUpgrade);
  await listening(server, host, port);
  // A connection that could not be accepted, for want of a file descriptor most likely: the next one may be.
  server.on('error', (error) => log.warn({ reason: error.message }, 'connection not accepted'));
  const address = server.address() as AddressInfo;
  const names = namesOf(host, address.address);
  own = ownHosts(names, address.port);

  return {
    url: `http://${urlHost(names[0] ?? address.address)}:${address.port}/`,
    open(handler, ways) {
      serve = handler;
      files = ways;
    },
    async close() {
      serve = undefined;
      for (const socket of sockets.clients) {
        socket.close(1001, 'Hum is closing');
        setTimeout(() => socket.terminate(), 300).unref();
      }
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 300).unref();
      });
    },
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0;
}

/** The names under which people reach a server that listens here; the first goes into the link. */
function namesOf(host: string, address: string): string[] {
  if (isLoopback(address)) return [...new Set([host, address, 'localhost'])];
  if (address !== '0.0.0.0' && address !== '::') return [...new Set([host, address, hostname()])];
  const addresses = Object.values(networkInterfaces()).flatMap((cards) => cards ?? []);
  const reachable = addresses.filter((card) => !card.internal && (card.family === 'IPv4' || !card.scopeid));
  return [...new Set([...reachable.map((card) => card.address), hostname(), '127.0.0.1', '::1', 'localhost'])];
}

function listening(server: ReturnType<typeof createServer>, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port));
    server.once('error', refuse);
    server.listen({ host, port }, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): HumError {
  const where = `${urlHost(host)}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new HumError({
        code: 'conflict',
        message: `Port ${port} on ${host} is in use by another program, perhaps another Hum.`,
        hint: 'Choose another with --port N, or leave --port out and the system chooses a free one.',
      });
    case 'EACCES':
      return new HumError({
        code: 'bad-input',
        message: `The system does not allow Hum to listen on ${where}.`,
        hint: 'Choose a port above 1023 with --port N.',
      });
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new HumError({
        code: 'bad-input',
        message: `${host} is not an address of this machine.`,
        hint: 'Give one of its own with --host ADDR, or leave it out.',
      });
    default:
      return new HumError(
        { code: 'internal', message: `Hum cannot listen on ${where}.`, hint: 'Try another --port.', detail: error.message },
        { cause: error },
      );
  }
}
