import { randomBytes } from 'node:crypto';

/**
 * What the page finds when it is served, by either shell:
 * - `<meta property="csp-nonce" nonce="…">`: whatever adds a `<style>` at run time (Mantine's `getStyleNonce`, `setNonce` of get-nonce for
 *   react-remove-scroll) gives it this nonce. Read it with `document.querySelector('meta[property=csp-nonce]').nonce`.
 * - in a browser: the access token in the fragment (`#token=…`), which never reaches a server. It opens the WebSocket `/rpc` with the
 *   sub-protocols `hum.v1` and `token.<token>`. A wrong token ends the socket with the close code 4401.
 * - in the desktop shell (`location.protocol === 'hum:'`): once loaded, a window message `hum:port` from the window itself, with one port.
 */
export const noncePlaceholder = '{{CSP_NONCE}}';

/** 128 random bits, for one answer. */
export function createNonce(): string {
  return randomBytes(16).toString('base64');
}

/** The page with its nonce. Vite (`html.cspNonce`) has left the placeholder on the meta tag and on each script, style and link. */
export function renderPage(template: string, nonce: string): string {
  return template.replaceAll(noncePlaceholder, nonce);
}

/**
 * The headers of every answer. `connect` are further sources that the page may speak to: Safari before 15.4 does not count a WebSocket
 * to the same host as 'self' (WebKit bug 201591).
 */
export function securityHeaders(nonce: string, connect: readonly string[] = []): Record<string, string> {
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    `connect-src ${["'self'", ...connect].join(' ')}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return {
    'Content-Security-Policy': policy,
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=(), serial=(), hid=()',
  };
}
