import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { forgetBuild } from './build.mjs';
import { electronBinary, windowHindrance } from './electron-binary.mjs';
import { readFlags, UsageError, usage } from './flags.mjs';
import { install, installNeeded } from './install.mjs';
import { node24, root, say } from './run.mjs';

const env = { ...process.env, UV_THREADPOOL_SIZE: '64' };
const devUsage = usage.replace('npm start', 'npm run dev');

await main();

async function main() {
  let flags;
  try {
    flags = readFlags(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}\n\n${devUsage}`);
    process.exit(2);
  }
  if (flags.help) {
    process.stdout.write(devUsage);
    return;
  }
  if (flags.webFlags.length > 0) say('--host, --port and --allow-remote are for npm start; Vite chooses a port of its own.');
  if (installNeeded()) {
    say('Installing what is missing …');
    const { ok, output } = await install();
    if (!ok) {
      say(output);
      process.exit(1);
    }
  }
  forgetBuild();
  if (flags.web) return devWeb(flags);
  const hindrance = windowHindrance() ?? (electronBinary() ? undefined : "Electron's program is not downloaded (npx install-electron)");
  if (!hindrance) return devDesktop(flags);
  say(`${hindrance}; serving the browser shell instead.`);
  return devWeb(flags);
}

/** electron-vite restarts the window's main process on change and reloads the page by itself. */
function devDesktop(flags) {
  const program = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js');
  const child = spawn(node24, [program, 'dev', '--watch', '--', '--', ...flags.shellFlags], { cwd: root, env, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 1));
}

/** Vite serves the page and hands `/rpc` and files on to the web shell, which is built anew and restarted on each change of src/main. */
async function devWeb(flags) {
  const [{ resolveConfig }, vite] = await Promise.all([import('electron-vite'), import('vite')]);
  const { config } = await resolveConfig({ root }, 'serve', 'development');
  // The same token and port for every restart, so that an open page finds its way back.
  const token = randomBytes(32).toString('base64url');
  let shell;
  let shellOrigin;
  let ending = false;

  async function restart() {
    await stop();
    if (ending) return;
    const port = shellOrigin ? new URL(shellOrigin).port : '0';
    const args = [join(root, 'out', 'main', 'web.js'), ...flags.shellFlags, '--port', port];
    shell = spawn(node24, args, { cwd: root, env: { ...env, HUM_TOKEN: token }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    const link = await new Promise((done) => {
      shell.stdout.on('data', (chunk) => done(/^Hum is at (\S+)/.exec(String(chunk))?.[1]));
      shell.on('exit', () => done(undefined));
    });
    if (link) shellOrigin = new URL(link).origin;
  }

  async function stop() {
    if (!shell || shell.exitCode !== null || shell.signalCode !== null) return;
    const gone = once(shell, 'exit');
    if (shell.connected) shell.send('stop', () => undefined);
    else shell.kill('SIGKILL');
    await gone;
  }

  const watcher = await vite.build({ ...config.main, build: { ...config.main.build, watch: {} }, mode: 'development', logLevel: 'warn' });
  await new Promise((built, failed) => {
    watcher.on('event', (event) => {
      if (event.code === 'ERROR') {
        say(String(event.error?.message ?? event.error));
        if (!shell) failed(new Error('The web shell could not be built.'));
      }
      if (event.code === 'END') restart().then(built);
    });
  });
  if (!shellOrigin) process.exit(1);

  const server = await vite.createServer({
    ...config.renderer,
    mode: 'development',
    server: {
      host: '127.0.0.1',
      // The shell takes its own page for the only origin: Vite speaks to it under that name.
      proxy: {
        '/rpc': { target: shellOrigin, ws: true, changeOrigin: true, headers: { origin: shellOrigin } },
        '^/(piece|file)/': { target: shellOrigin, changeOrigin: true, headers: { origin: shellOrigin } },
      },
    },
  });
  await server.listen();
  process.stdout.write(`Hum is at ${server.resolvedUrls?.local[0]}#token=${token}\n`);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      ending = true;
      Promise.all([watcher.close(), server.close(), stop()]).finally(() => process.exit(0));
    });
  }
}
