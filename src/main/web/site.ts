import { readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { createNonce, renderPage, securityHeaders } from './page.ts';

/** One answer of the site, the same for HTTP and for Electron's `protocol.handle`. */
export interface Answer {
  readonly status: 200 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Site {
  /** Answers a request for a path as it stood in the URL, undecoded and without its query. `connect`: as for `securityHeaders`. */
  answer(method: string, path: string, connect?: readonly string[]): Answer;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Vite writes the content's hash into the name of whatever it puts here, so these never change under one name. */
const hashedFolder = '/assets/';

/**
 * Reads the built renderer into memory, once. A path is looked up among what was read and nowhere else: no request reaches the file
 * system, so there is nothing to traverse.
 * @throws the file system's error when the folder is not there: the renderer has not been built.
 */
export function loadSite(folder: string): Site {
  const template = readFileSync(join(folder, 'index.html'), 'utf8');
  const files = new Map<string, { readonly body: Buffer; readonly type: string }>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.name === 'index.html') continue;
    const file = join(entry.parentPath, entry.name);
    const path = `/${relative(folder, file).split(sep).join('/')}`;
    files.set(path, { body: readFileSync(file), type: contentTypes[extname(entry.name)] ?? 'application/octet-stream' });
  }

  function page(connect: readonly string[]): Answer {
    const nonce = createNonce();
    const headers = { ...securityHeaders(nonce, connect), 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' };
    return { status: 200, headers, body: Buffer.from(renderPage(template, nonce)) };
  }

  function plain(status: 404 | 405, text: string, more: Readonly<Record<string, string>> = {}): Answer {
    const headers = {
      ...securityHeaders(createNonce()),
      'Content-Type': 'text/plain; charset=utf-8',
      'Cache-Control': 'no-store',
      ...more,
    };
    return { status, headers, body: Buffer.from(`${text}\n`) };
  }

  return {
    answer(method, path, connect = []) {
      if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD are answered here.', { Allow: 'GET, HEAD' });
      if (path === '/') return page(connect);
      const file = files.get(path);
      if (!file) return plain(404, 'There is nothing here.');
      const caching = path.startsWith(hashedFolder) ? 'public, max-age=31536000, immutable' : 'no-cache';
      return {
        status: 200,
        headers: { ...securityHeaders(createNonce()), 'Content-Type': file.type, 'Cache-Control': caching },
        body: file.body,
      };
    },
  };
}
