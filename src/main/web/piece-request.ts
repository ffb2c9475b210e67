import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Problem, problemOf } from '../../shared/errors.ts';
import { piecePath, uploadPieceBytes } from '../../shared/file-limits.ts';
import type { Logger } from '../logging.ts';
import type { PieceTaker } from '../pieces.ts';
import { createNonce, securityHeaders } from './page.ts';

/** Of all windows, at once. */
const mostHeld = 32;

/** How long the body of a request is listened to that is not wanted: a browser hears no answer before it has sent all, ms. */
const unwantedMs = 10_000;

let held = 0;

/**
 * Takes a piece of an upload, PUT to `piecePath`. A refusal is a problem with the status 200: of any other, browsers complain in their log. Of what
 * nobody waits for, or is too long, not a byte is kept.
 */
export async function takePiece(request: IncomingMessage, response: ServerResponse, taker: PieceTaker, log: Logger): Promise<void> {
  const address = addressOf(request.url ?? '');
  const length = Number(request.headers['content-length']);
  if (address === undefined || !(length >= 1 && length <= uploadPieceBytes)) {
    response.shouldKeepAlive = false;
    answer(response, 400, notAPiece);
    return;
  }
  const refused = !taker.expects(address.transfer) ? ended : held >= mostHeld ? tooMany : undefined;
  if (refused !== undefined) {
    const timer = setTimeout(() => request.destroy(), unwantedMs);
    request.on('close', () => clearTimeout(timer));
    request.resume().on('end', () => answer(response, 200, refused));
    return;
  }
  held += 1;
  try {
    const data = await bodyOf(request, length);
    if (data === undefined) return;
    await taker.take({ ...address, data });
    answer(response, 204);
  } catch (error) {
    answer(response, 200, told(error, log));
  } finally {
    held -= 1;
  }
}

/** Undefined where it is broken off. */
async function bodyOf(request: IncomingMessage, length: number): Promise<Buffer | undefined> {
  const body = Buffer.allocUnsafe(length);
  let at = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) at += chunk.copy(body, at);
    return body;
  } catch {
    return undefined;
  }
}

/** The same for Electron's `protocol.handle`. */
export async function pieceResponse(request: Request, taker: PieceTaker, log: Logger): Promise<Response> {
  const address = addressOf(new URL(request.url).pathname);
  if (address === undefined) return problemResponse(400, notAPiece);
  if (!taker.expects(address.transfer)) return problemResponse(200, ended);
  try {
    const data = Buffer.from(await request.arrayBuffer());
    if (data.length > uploadPieceBytes) return problemResponse(400, notAPiece);
    await taker.take({ ...address, data });
    return new Response(null, { status: 204, headers: headersOf() });
  } catch (error) {
    return problemResponse(200, told(error, log));
  }
}

function addressOf(path: string): { readonly transfer: string; readonly offset: number } | undefined {
  const [, transfer, offset] = /^([0-9a-f-]{36})\/(\d{1,15})$/.exec(path.slice(piecePath.length)) ?? [];
  return transfer === undefined ? undefined : { transfer, offset: Number(offset) };
}

function told(error: unknown, log: Logger): Problem {
  const problem = problemOf(error);
  if (problem.code === 'internal') log.error({ err: error }, 'unforeseen error');
  return problem;
}

function answer(response: ServerResponse, status: 200 | 204 | 400, problem?: Problem): void {
  response.writeHead(status, headersOf(problem));
  response.end(problem === undefined ? undefined : JSON.stringify(problem));
}

function problemResponse(status: 200 | 400, problem: Problem): Response {
  return Response.json(problem, { status, headers: headersOf(problem) });
}

function headersOf(problem?: Problem): Record<string, string> {
  return {
    ...securityHeaders(createNonce()),
    'Cache-Control': 'no-store',
    ...(problem === undefined ? {} : { 'Content-Type': 'application/json' }),
  };
}

const notAPiece: Problem = {
  code: 'bad-input',
  message: 'Hum did not accept this piece of the file.',
  hint: 'Load the page anew, and begin the upload again.',
};

const ended: Problem = {
  code: 'not-found',
  message: 'This upload has ended.',
  hint: 'Begin it again: it goes on where it was cut.',
};

const tooMany: Problem = {
  code: 'conflict',
  message: 'More is sent than Hum can take in at once.',
  hint: 'Wait until some of the uploads are done.',
};
