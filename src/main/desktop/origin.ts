import type { Protocol } from 'electron';
import { offerPath, offerTokenPattern, piecePath } from '../../shared/file-limits.ts';
import type { Logger } from '../logging.ts';
import { fileResponse } from '../web/file-answer.ts';
import { pieceResponse } from '../web/piece-request.ts';
import type { FileWays } from '../web/server.ts';
import type { Site } from '../web/site.ts';
import { serveFromVite } from './dev-site.ts';

export const scheme = 'hum';
export const ownOrigin = `${scheme}://console`;
export const startUrl = `${ownOrigin}/`;

/**
 * Makes `hum:` a scheme with an origin of its own, as https has (Electron, protocol.registerSchemesAsPrivileged: before `ready`, once).
 * Everything that is not needed stays off: no service workers, no way past the CSP. By fetch go the pieces of uploads.
 */
export function registerScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([{ scheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
}

/** Serves the same site and the same offered files, and takes the same pieces, as the web shell does. Other hosts under the scheme get nothing. */
export function serveScheme(protocol: Pick<Protocol, 'handle'>, site: Site, { takeFile, pieces }: FileWays, log: Logger): void {
  protocol.handle(scheme, (request) => {
    const url = new URL(request.url);
    if (url.host !== 'console') return new Response(null, { status: 404 });
    if (request.method === 'PUT' && url.pathname.startsWith(piecePath)) return pieceResponse(request, pieces, log);
    const offered = request.method === 'GET' && isOfferUrl(request.url) ? takeFile(url.pathname.slice(offerPath.length)) : undefined;
    if (offered !== undefined) return fileResponse(offered);
    const devServer = import.meta.env.DEV ? process.env.ELECTRON_RENDERER_URL : undefined;
    if (devServer) return serveFromVite(devServer, request);
    const { status, headers, body } = site.answer(request.method, url.pathname);
    return new Response(new Uint8Array(body), { status, headers });
  });
}

/** Whether a URL is a page of ours. A custom scheme's `URL.origin` is "null" in Node (WHATWG URL §4.7), so scheme and host are compared. */
export function isOwnUrl(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}` === ownOrigin;
}

/** Whether a URL is one under which the page offers a file to a drag. */
export function isOfferUrl(url: string): boolean {
  if (!isOwnUrl(url)) return false;
  const { pathname, search } = new URL(url);
  return search === '' && pathname.startsWith(offerPath) && offerTokenPattern.test(pathname.slice(offerPath.length));
}
