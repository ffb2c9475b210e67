import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TakenFile } from '../files/offers.ts';
import type { Logger } from '../logging.ts';
import { createNonce, securityHeaders } from './page.ts';

/** A browser that takes nothing in for so long, ms, has paused it for good: it would keep a channel of the host. */
const stalledMs = 5 * 60_000;

/**
 * Answers with an offered file, as fast as it is taken in. What fails before the first byte is a 502 without a word of the host's; after it, the
 * connection is cut, which a browser takes for a download that has failed.
 */
export async function sendFile(offered: Promise<TakenFile>, response: ServerResponse, log: Logger): Promise<void> {
  const file = await offered.catch(() => undefined);
  if (file === undefined) {
    response.writeHead(502, {
      ...securityHeaders(createNonce()),
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
    });
    response.end(unreadable);
    return;
  }
  let delivered = false;
  try {
    response.setTimeout(stalledMs, () => response.destroy());
    response.writeHead(200, fileHeaders(file));
    await pipeline(Readable.from(piecesOf(file), { objectMode: false }), response, { signal: file.unwanted });
    delivered = true;
  } catch (error) {
    log.info({ err: error }, 'offered file not delivered');
    response.destroy();
  } finally {
    file.close(delivered);
  }
}

/** The same for Electron's `protocol.handle`. */
export async function fileResponse(offered: Promise<TakenFile>): Promise<Response> {
  const file = await offered.catch(() => undefined);
  if (file === undefined) return new Response(unreadable, { status: 502, headers: securityHeaders(createNonce()) });
  let body: ReadableStreamDefaultController<Uint8Array> | undefined;
  const end = (delivered: boolean) => {
    file.unwanted.removeEventListener('abort', stop);
    file.close(delivered);
  };
  const stop = () => {
    end(false);
    body?.error(new Error('The file is wanted no more.'));
  };
  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        body = controller;
        file.unwanted.addEventListener('abort', stop);
      },
      async pull(controller) {
        const piece = await file.read().catch((error: unknown) => {
          end(false);
          // It errors the stream, which ends the download.
          throw error;
        });
        if (piece !== null) return controller.enqueue(piece);
        end(true);
        controller.close();
      },
      cancel: () => end(false),
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, { headers: fileHeaders(file) });
}

const unreadable = 'The file could not be read. Hum says why.\n';

/** Never shown, only saved: whatever it holds, it is not a page of ours. */
function fileHeaders({ name, bytes }: TakenFile): Record<string, string> {
  return {
    ...securityHeaders(createNonce()),
    'Content-Type': 'application/octet-stream',
    'Content-Disposition': attachment(name),
    'Cache-Control': 'no-store',
    ...(bytes === null ? {} : { 'Content-Length': String(bytes) }),
  };
}

/**
 * `Content-Disposition` for a name (RFC 6266 §4.1): the name itself as RFC 8187 encodes it, and for who does not know that, ASCII without
 * quotes, backslashes, and the `%` that browsers decode there.
 */
export function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["%\\]/gu, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

async function* piecesOf(file: TakenFile): AsyncGenerator<Buffer, void, void> {
  for (let piece = await file.read(); piece !== null; piece = await file.read()) yield piece;
}
