import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { patience } from '../support/patience.ts';
import { descendants, runs } from '../support/processes.ts';

const root = join(import.meta.dirname, '../..');
const endLimitMs = 2_000;

interface Launch {
  readonly launcher: ChildProcess;
  readonly home: string;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

const launches: Launch[] = [];

/** `npm start` without npm: the launcher, in a home of its own. Builds first if out/ is stale. */
function launch(...flags: string[]): Launch {
  return launchIn(mkdtempSync(join(tmpdir(), 'hum-launch-')), '--no-open', ...flags);
}

function launchIn(home: string, ...flags: string[]): Launch {
  return follow(home, process.execPath, ['scripts/start.mjs', ...flags]);
}

function follow(home: string, command: string, args: string[]): Launch {
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: join(home, '.config') };
  const launcher = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  launcher.stdout.on('data', (chunk) => {
    out += chunk;
  });
  launcher.stderr.on('data', (chunk) => {
    err += chunk;
  });
  const ended = once(launcher, 'exit').then(([code]) => code as number | null);
  const launched = { launcher, home, out: () => out, err: () => err, ended };
  launches.push(launched);
  return launched;
}

async function linkOf({ out, err }: Launch): Promise<string> {
  return vi.waitFor(() => {
    const link = /^Hum is at (http:\S+)$/m.exec(out())?.[1];
    if (!link) throw new Error(`no link yet: ${err()}`);
    return link;
  }, patience);
}

/** What a machine with much else to do adds to the end of three processes: several times what one that does nothing takes here and now. */
async function slacknessMs(): Promise<number> {
  const began = performance.now();
  await once(spawn(process.execPath, ['--eval', '0']), 'exit');
  return 5 * (performance.now() - began);
}

afterEach(async () => {
  for (const { launcher, ended, home } of launches.splice(0)) {
    launcher.kill('SIGTERM');
    await ended;
    rmSync(home, { recursive: true, force: true });
  }
});

describe.runIf(process.platform === 'linux')('the launcher', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'serves the page, and on %s ends itself and every child within two seconds, with status 0',
    async (signal) => {
      const launched = launch('--web', '--demo', '3');
      const link = await linkOf(launched);
      expect((await fetch(link)).status).toBe(200);
      const pid = launched.launcher.pid ?? 0;
      await vi.waitFor(() => expect(descendants([pid]).length).toBeGreaterThanOrEqual(2), patience);
      const family = descendants([pid]);

      const asked = performance.now();
      launched.launcher.kill(signal);
      expect(await launched.ended).toBe(0);
      await vi.waitFor(() => expect(family.filter(runs)).toEqual([]), patience);
      expect(performance.now() - asked).toBeLessThan(endLimitMs + (await slacknessMs()));
    },
  );

  it('takes its children along even when it is killed and can do nothing itself', async () => {
    const launched = launch('--web', '--demo', '3');
    await linkOf(launched);
    const pid = launched.launcher.pid ?? 0;
    await vi.waitFor(() => expect(descendants([pid]).length).toBeGreaterThanOrEqual(2), patience);
    const family = descendants([pid]);
    launched.launcher.kill('SIGKILL');
    await launched.ended;
    await vi.waitFor(() => expect(family.filter(runs)).toEqual([]), patience);
  });

  it('ends with npm, which hands SIGTERM on to nobody but its shell', async () => {
    const home = mkdtempSync(join(tmpdir(), 'hum-launch-'));
    const launched = follow(home, 'npm', ['start', '--', '--web', '--no-open']);
    await linkOf(launched);
    const family = descendants([launched.launcher.pid ?? 0]);
    expect(family.length).toBeGreaterThanOrEqual(2);
    launched.launcher.kill('SIGTERM');
    await launched.ended;
    await vi.waitFor(() => expect(family.filter(runs)).toEqual([]), patience);
  });

  it('prints one line for scripts to wait for on stdout, and its token nowhere else', async () => {
    const launched = launch('--web');
    const link = await linkOf(launched);
    const token = new URL(link).hash.slice('#token='.length);
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    launched.launcher.kill('SIGTERM');
    await launched.ended;
    expect(launched.out()).toBe(`Hum is at ${link}\n`);
    expect(launched.err()).not.toContain(token);
    const log = join(launched.home, '.config', 'hum', 'hum.log');
    expect(readFileSync(log, 'utf8')).toContain('web shell started');
    expect(readFileSync(log, 'utf8')).not.toContain(token);
  });

  it('says in a sentence that a port is taken, or a data folder in use or unusable, and ends with status 1', async () => {
    const first = launch('--web');
    const link = await linkOf(first);
    const samePort = launch('--web', '--port', new URL(link).port);
    expect(await samePort.ended).toBe(1);
    expect(samePort.err()).toContain(`Port ${new URL(link).port} on 127.0.0.1 is in use`);
    expect(samePort.out()).toBe('');
    const sameData = launch('--web', '--data', join(first.home, '.config', 'hum'));
    expect(await sameData.ended).toBe(1);
    expect(sameData.err()).toContain('Another Hum is using the data folder');
    const noData = launch('--web', '--data', '/dev/null/hum');
    expect(await noData.ended).toBe(1);
    expect(noData.err()).toContain('The data folder /dev/null/hum cannot be used.');
    expect((await fetch(link)).status).toBe(200);
  });

  it('serves an address that others can reach only when told so twice, and warns', async () => {
    const refused = launch('--web', '--host', '0.0.0.0');
    expect(await refused.ended).toBe(2);
    expect(refused.err()).toContain('--allow-remote');
    expect(refused.out()).toBe('');
    const allowed = launch('--web', '--host', '0.0.0.0', '--allow-remote');
    await linkOf(allowed);
    await vi.waitFor(() => expect(allowed.err()).toContain('plain HTTP'), patience);
  });

  it('hands the browser a file that only this account can read, so that no list of processes shows the token', async () => {
    const home = mkdtempSync(join(tmpdir(), 'hum-launch-'));
    // The desktop's opener: notes its arguments and what it was given to read.
    writeFileSync(join(home, 'xdg-open'), '#!/bin/sh\nls -l "$1" > "$HOME/mode"\ncp "$1" "$HOME/page"\necho "$@" > "$HOME/opened"\n', {
      mode: 0o755,
    });
    vi.stubEnv('PATH', `${home}:${process.env.PATH}`);
    vi.stubEnv('DISPLAY', ':0');
    const launched = launchIn(home, '--web');
    vi.unstubAllEnvs();
    const link = await linkOf(launched);
    const opened = join(home, '.config', 'hum', 'open.html');
    await vi.waitFor(() => expect(readFileSync(join(home, 'opened'), 'utf8').trim()).toBe(opened), patience);
    expect(readFileSync(join(home, 'mode'), 'utf8')).toMatch(/^-rw-------/);
    expect(readFileSync(join(home, 'page'), 'utf8')).toContain(`url=${link}"`);
    launched.launcher.kill('SIGTERM');
    await launched.ended;
    expect(existsSync(opened)).toBe(false);
  });

  it('serves the browser shell where there is no display, and says so in one line', async () => {
    vi.stubEnv('DISPLAY', undefined);
    vi.stubEnv('WAYLAND_DISPLAY', undefined);
    const launched = launch();
    vi.unstubAllEnvs();
    await linkOf(launched);
    expect(
      launched
        .err()
        .split('\n')
        .filter((line) => line.includes('browser shell')),
    ).toEqual(['There is no display here; serving the browser shell instead.']);
  });
});
