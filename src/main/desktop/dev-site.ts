import { createNonce, renderPage, securityHeaders } from '../web/page.ts';

/**
 * For `npm run dev` alone; production builds leave it out. Serves the scheme from Vite's server, so that page, origin and port are the same
 * as in the built app. The policy gives way only as far as Vite needs: its inline script carries the nonce, and hot reload has a WebSocket.
 */
export async function serveFromVite(devServer: string, request: Request): Promise<Response> {
  const { pathname, search } = new URL(request.url);
  const answer = await fetch(new URL(`${pathname}${search}`, devServer), { headers: { accept: request.headers.get('accept') ?? '*/*' } });
  const type = answer.headers.get('content-type') ?? 'application/octet-stream';
  if (!type.startsWith('text/html')) return new Response(answer.body, { status: answer.status, headers: { 'Content-Type': type } });
  const nonce = createNonce();
  const headers = securityHeaders(nonce, [new URL(devServer).origin.replace('http', 'ws')]);
  const policy = (headers['Content-Security-Policy'] ?? '').replace("script-src 'self'", `script-src 'self' 'nonce-${nonce}'`);
  return new Response(renderPage(await answer.text(), nonce), {
    status: answer.status,
    headers: { ...headers, 'Content-Type': type, 'Content-Security-Policy': policy },
  });
}
