import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveConfig } from 'electron-vite';
import { pino } from 'pino';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isOfferUrl, isOwnUrl, registerScheme, serveScheme } from '../../src/main/desktop/origin.ts';
import type { TakenFile } from '../../src/main/files/offers.ts';
import type { Piece, PieceTaker } from '../../src/main/pieces.ts';
import { noncePlaceholder } from '../../src/main/web/page.ts';
import { loadSite } from '../../src/main/web/site.ts';
import { HumError } from '../../src/shared/errors.ts';

let folder: string;
const log = pino({ level: 'silent' });
const noPieces: PieceTaker = { expects: () => false, take: () => Promise.reject(new Error('nobody asked')) };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hum-desktop-'));
  mkdirSync(join(folder, 'site', 'assets'), { recursive: true });
  writeFileSync(join(folder, 'site', 'index.html'), `<meta property="csp-nonce" nonce="${noncePlaceholder}">`);
  writeFileSync(join(folder, 'site', 'assets', 'a-1.js'), 'export {};');
  writeFileSync(join(folder, 'secret.txt'), 'not for the page');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the scheme hum:', () => {
  it('has an origin of its own and no way past the policy', () => {
    const registered: { scheme: string; privileges?: Electron.Privileges }[] = [];
    registerScheme({ registerSchemesAsPrivileged: (schemes) => registered.push(...schemes) });
    expect(registered).toHaveLength(1);
    expect(registered[0]).toMatchObject({ scheme: 'hum', privileges: { standard: true, secure: true, supportFetchAPI: true } });
    for (const power of ['bypassCSP', 'allowServiceWorkers', 'corsEnabled', 'allowExtensions'] as const) {
      expect(registered[0]?.privileges?.[power]).not.toBe(true);
    }
  });

  it('serves the site with the headers of the web shell, and nothing beside it', async () => {
    let handle: (request: Request) => Response | Promise<Response> = () => Response.error();
    serveScheme(
      {
        handle: (_scheme, handler) => {
          handle = handler;
        },
      },
      loadSite(join(folder, 'site')),
      { takeFile: () => undefined, pieces: noPieces },
      log,
    );
    const get = (url: string) => handle(new Request(url));
    const page = await get('hum://console/');
    expect(page.status).toBe(200);
    const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1];
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(await page.text()).toContain(`nonce="${nonce}"`);
    expect((await get('hum://console/assets/a-1.js')).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    for (const url of ['hum://console/../secret.txt', 'hum://console/..%2fsecret.txt', 'hum://other/', 'hum://console/index.html']) {
      expect([url, (await get(url)).status]).toEqual([url, 404]);
    }
    expect((await handle(new Request('hum://console/', { method: 'POST' }))).status).toBe(405);
  });

  it('gives an offered file piece by piece as it is taken in, and errors where the file fails or is wanted no more', async () => {
    let handle: (request: Request) => Response | Promise<Response> = () => Response.error();
    const closed: boolean[] = [];
    const unwanted = new AbortController();
    const fileOf = (pieces: readonly (string | Error)[]): TakenFile => {
      const left = [...pieces];
      return {
        name: 'a b.txt',
        bytes: null,
        unwanted: unwanted.signal,
        async read() {
          const piece = left.shift();
          if (piece instanceof Error) throw piece;
          return piece === undefined ? null : Buffer.from(piece);
        },
        close: (delivered) => closed.push(delivered),
      };
    };
    const offered = new Map<string, () => Promise<TakenFile>>([
      [token('a'), async () => fileOf(['one ', 'two'])],
      [token('b'), async () => fileOf(['one ', new Error('cut')])],
      [token('c'), () => Promise.reject(new Error('no such file'))],
      [token('d'), async () => fileOf(['one ', 'two'])],
    ]);
    serveScheme(
      {
        handle: (_scheme, handler) => {
          handle = handler;
        },
      },
      loadSite(join(folder, 'site')),
      { takeFile: (asked) => offered.get(asked)?.(), pieces: noPieces },
      log,
    );
    const get = (asked: string, method = 'GET') => handle(new Request(`hum://console/file/${asked}`, { method }));

    const whole = await get(token('a'));
    expect(whole.headers.get('content-disposition')).toBe(`attachment; filename="a b.txt"; filename*=UTF-8''a%20b.txt`);
    expect(whole.headers.get('content-type')).toBe('application/octet-stream');
    expect(closed).toEqual([]);
    expect(await whole.text()).toBe('one two');
    expect(closed.splice(0)).toEqual([true]);
    await expect((await get(token('b'))).text()).rejects.toThrow('cut');
    expect(closed.splice(0)).toEqual([false]);
    expect((await get(token('c'))).status).toBe(502);
    const dropped = await get(token('d'));
    unwanted.abort();
    await expect(dropped.text()).rejects.toThrow('wanted no more');
    expect(closed).toEqual([false]);
    for (const other of [token('e'), `${token('a')}?x`, 'short', '']) expect([other, (await get(other)).status]).toEqual([other, 404]);
    expect((await get(token('a'), 'POST')).status).toBe(405);
  });

  it('takes the pieces of an upload that is under way, and tells why it does not take others', async () => {
    let handle: (request: Request) => Response | Promise<Response> = () => Response.error();
    const transfer = crypto.randomUUID();
    const taken: Piece[] = [];
    const full = { code: 'disk-full', message: 'It is full.', hint: 'Make room.' } as const;
    const pieces: PieceTaker = {
      expects: (id) => id === transfer,
      async take(piece) {
        if (piece.offset > 0) throw new HumError(full);
        taken.push(piece);
      },
    };
    serveScheme(
      {
        handle: (_scheme, handler) => {
          handle = handler;
        },
      },
      loadSite(join(folder, 'site')),
      { takeFile: () => undefined, pieces },
      log,
    );
    const put = async (path: string, body = 'piece') => handle(new Request(`hum://console/piece/${path}`, { method: 'PUT', body }));
    expect((await put(`${transfer}/0`)).status).toBe(204);
    expect(taken).toEqual([{ transfer, offset: 0, data: Buffer.from('piece') }]);
    const refused = await put(`${transfer}/5`);
    expect([refused.status, await refused.json()]).toEqual([200, full]);
    expect(await (await put(`${crypto.randomUUID()}/0`)).json()).toMatchObject({ code: 'not-found' });
    for (const path of ['', transfer, `${transfer}/x`, `${transfer}/-1`, `${transfer}/0/0`])
      expect([path, (await put(path)).status]).toEqual([path, 400]);
    expect(taken).toHaveLength(1);
  });

  it('knows its own pages from others', () => {
    expect(isOwnUrl('hum://console/#/hosts')).toBe(true);
    for (const url of ['hum://console.evil/', 'hum://evil/console', 'https://console/', 'hum:console', '', 'hum://user@evil/'])
      expect(isOwnUrl(url)).toBe(false);
  });

  it('knows the addresses of offered files from others', () => {
    expect(isOfferUrl(`hum://console/file/${token('a')}`)).toBe(true);
    for (const url of [
      'hum://console/file/',
      `hum://other/file/${token('a')}`,
      `http://console/file/${token('a')}`,
      `hum://console/${token('a')}`,
    ])
      expect(isOfferUrl(url)).toBe(false);
  });
});

const token = (letter: string) => letter.repeat(43);

describe('the preload', () => {
  it('is built as one CommonJS file that needs nothing but electron, as a sandboxed preload must be', async () => {
    const resolved = await resolveConfig({ root: join(import.meta.dirname, '../..'), logLevel: 'silent' }, 'build', 'production');
    const preload = resolved.config?.preload;
    if (!preload) throw new Error('electron.vite.config.ts has no preload');
    const outDir = join(folder, 'preload');
    await build({ ...preload, build: { ...preload.build, outDir, emptyOutDir: true } });

    expect(readdirSync(outDir, { recursive: true })).toEqual(['preload.cjs']);
    const code = readFileSync(join(outDir, 'preload.cjs'), 'utf8');
    expect([...code.matchAll(/require\((.*?)\)/g)].map(([, name]) => name)).toEqual(['"electron"']);
    expect(code).not.toMatch(/^\s*(import|export)\b|import\(|\.contextBridge|exposeInMainWorld/m);
  });
});
