import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { _electron, type Browser, type Page } from '@playwright/test';

/** A shell that a test has started. */
export interface RunningShell {
  readonly page: Page;
  readonly link: string;
  /** Opens the page, after listeners have been put on it. */
  show(): Promise<void>;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  end(): Promise<void>;
  printed(): string;
}

const root = resolve(import.meta.dirname, '../..');
const node24 = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const startLimitMs = 20_000;

/** The environment of someone who has just installed Hum: a home of their own, no agent, no settings of this machine. */
function cleanEnvironment(home: string): Record<string, string> {
  const { SSH_AUTH_SOCK: _agent, XDG_CONFIG_HOME: _config, ...rest } = process.env;
  const kept = Object.entries(rest).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(kept), HOME: home, USERPROFILE: home, APPDATA: join(home, 'AppData'), UV_THREADPOOL_SIZE: '64' };
}

/** Starts the built web shell, waits for its line, and opens a tab of its own for it. */
export async function startWeb(browser: Browser, home: string, dataDir: string, flags: readonly string[]): Promise<RunningShell> {
  const token = randomBytes(32).toString('base64url');
  let printed = '';
  let child: ChildProcess | undefined;

  async function launch(port: string): Promise<string> {
    const args = [join(root, 'out/main/web.js'), '--data', dataDir, '--port', port, ...flags];
    const launched = spawn(node24, args, {
      env: { ...cleanEnvironment(home), HUM_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    child = launched;
    launched.stderr?.on('data', (chunk) => {
      printed += chunk;
    });
    return await new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error(`No link within ${startLimitMs} ms.\n${printed}`)), startLimitMs);
      launched.on('exit', (code) => failed(new Error(`The web shell ended with ${code}.\n${printed}`)));
      launched.stdout?.on('data', (chunk) => {
        printed += chunk;
        const found = /^Hum is at (http:\S+)$/m.exec(printed);
        if (!found?.[1]) return;
        clearTimeout(timer);
        done(found[1]);
      });
    });
  }

  async function leave(ask: (running: ChildProcess) => void): Promise<void> {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    ask(child);
    await gone;
  }
  const stop = () => leave((running) => running.connected && running.send('stop'));

  const link = await launch('0');
  const context = await browser.newContext();
  const page = await context.newPage();
  return {
    page,
    link,
    async show() {
      await page.goto(link);
    },
    stop,
    kill: () => leave((running) => running.kill('SIGKILL')),
    async restart() {
      printed = '';
      await launch(new URL(link).port);
    },
    async end() {
      await context.close();
      await stop();
    },
    printed: () => printed,
  };
}

/** Starts the built desktop shell under Electron. */
export async function startDesktop(home: string, dataDir: string, flags: readonly string[]): Promise<RunningShell> {
  const folder = join(root, 'node_modules', 'electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) throw new Error("Electron's program is not downloaded: npx install-electron");
  const app = await _electron.launch({
    executablePath: join(folder, 'dist', readFileSync(pathFile, 'utf8')),
    args: [root, '--', '--data', dataDir, ...flags],
    env: cleanEnvironment(home),
  });
  let printed = '';
  const collect = (chunk: Buffer) => {
    printed += chunk;
  };
  app.process().stdout?.on('data', collect);
  app.process().stderr?.on('data', collect);
  const page = await app.firstWindow();
  const webOnly = () => Promise.reject(new Error('A window cannot outlive its console.'));
  return {
    page,
    link: page.url(),
    show: () => Promise.resolve(),
    stop: webOnly,
    kill: webOnly,
    restart: webOnly,
    end: () => app.close(),
    printed: () => printed,
  };
}
