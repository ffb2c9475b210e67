import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Of performance.now(). */
  readonly at: number;
}

/** A dashboard on loopback that keeps what it is sent and answers as it is told. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** In place of 200: called for each request once its body is there. */
  answer: (request: Received, response: ServerResponse) => void;
  close(): Promise<void>;
}

export async function openReceiver(
  create: (listener: (request: IncomingMessage, response: ServerResponse) => void) => Server = createServer,
): Promise<Receiver> {
  const received: Received[] = [];
  const server = create((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      const one: Received = { method, url, headers, body: Buffer.concat(pieces).toString('utf8'), at: performance.now() };
      received.push(one);
      receiver.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer: (_, response) => response.end('ok'),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}
