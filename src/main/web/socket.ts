import { WebSocket } from 'ws';

/** A client's socket that tells when it has room, and ends by itself when the client is gone or does not read. */
export interface PacedSocket {
  send(data: Parameters<WebSocket['send']>[0]): void;
  addEventListener: WebSocket['addEventListener'];
  /** Resolves when less than 1 MiB waits to be sent, or the socket has closed. */
  writable(): Promise<void>;
}

const roomBytes = 1024 * 1024;
/** Answers are not paced as streams are; a client that asks and never reads is let go here. */
const mostBufferedBytes = 64 * 1024 * 1024;
const pingEveryMs = 15_000;

/** Takes charge of pace and life of a socket: room by `send`'s callback, life by a ping that must be answered before the next one. */
export function paceSocket(socket: WebSocket): PacedSocket {
  let waiting: (() => void)[] = [];
  const hasRoom = () => socket.bufferedAmount < roomBytes || socket.readyState !== WebSocket.OPEN;
  function wake(): void {
    if (!hasRoom()) return;
    const woken = waiting;
    waiting = [];
    for (const resolve of woken) resolve();
  }

  let answered = true;
  const pings = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, pingEveryMs);
  pings.unref();
  socket.on('pong', () => {
    answered = true;
  });
  socket.on('close', () => {
    clearInterval(pings);
    wake();
  });

  return {
    send(data) {
      if (socket.readyState !== WebSocket.OPEN) return;
      socket.send(data, wake);
      if (socket.bufferedAmount > mostBufferedBytes) socket.terminate();
    },
    addEventListener: socket.addEventListener.bind(socket),
    writable() {
      if (hasRoom()) return Promise.resolve();
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
