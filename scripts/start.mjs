import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build, buildNeeded } from './build.mjs';
import { downloadElectron, electronBinary, windowHindrance } from './electron-binary.mjs';
import { readFlags, UsageError, usage } from './flags.mjs';
import { install, installNeeded } from './install.mjs';
import { consoleNodeFlags, endRunning, node24, root, say } from './run.mjs';

/** Ctrl-C is over within two seconds: the shell gets this long to end by itself. */
const patienceMs = 1_500;
/** After a shell has said that everything is done, it gets this long to be gone: name look-ups under way would hold it for seconds. */
const farewellMs = 200;
/** A window that fails sooner than this never came up: a sandbox that the system forbids, a missing library. */
const startMs = 10_000;

let stopping = false;

const exitCode = await main();
// A pipe that was full would otherwise lose its last lines to process.exit.
process.exitCode = exitCode;

async function main() {
  const flags = flagsOrComplaint();
  if (typeof flags === 'number') return flags;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      stopping = true;
      endRunning('SIGTERM');
    });
  }
  if (process.env.npm_lifecycle_event === 'start') endWithNpm();
  if (!(await ready('Installing what is missing', installNeeded, install))) return 1;
  if (!(await ready('Building', buildNeeded, build))) return 1;

  const electron = flags.web ? undefined : await electronOrWhyNot();
  if (stopping) return 1;
  if (electron) {
    if (flags.webFlags.length > 0) say('--host, --port and --allow-remote are for the browser shell; the window has no use for them.');
    const began = Date.now();
    const code = await serve(electron, [root, '--', ...flags.shellFlags]);
    if (code === 0 || stopping || Date.now() - began > startMs) return code;
    say("Hum's window could not be opened; serving the browser shell instead.");
  }
  const open = flags.open ? ['--open'] : [];
  return serve(node24, [...consoleNodeFlags, join(root, 'out', 'main', 'web.js'), ...flags.shellFlags, ...flags.webFlags, ...open]);
}

function flagsOrComplaint() {
  try {
    const flags = readFlags(process.argv.slice(2), process.env.INIT_CWD ?? process.cwd());
    if (!flags.help) return flags;
    process.stdout.write(usage);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}\n\n${usage}`);
    return 2;
  }
}

/**
 * npm runs scripts through a shell and hands SIGTERM on to that shell alone, which dies of it and tells nobody: an orphaned launcher ends
 * as if it had had the signal itself. (On Windows a process keeps its parent's number; there npm's console ends both.)
 */
function endWithNpm() {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, 'SIGTERM');
  }, 100);
  watch.unref();
}

async function ready(name, needed, act) {
  if (stopping || !needed()) return !stopping;
  say(`${name} …`);
  const began = Date.now();
  const { ok, output } = await act();
  if (stopping) return false;
  say(ok ? `${name}: done in ${((Date.now() - began) / 1000).toFixed(1)} s.` : `${name} failed:\n${output}`);
  return ok;
}

async function electronOrWhyNot() {
  const hindrance = windowHindrance();
  if (hindrance) {
    say(`${hindrance}; serving the browser shell instead.`);
    return undefined;
  }
  const there = electronBinary();
  if (there) return there;
  say('Downloading Electron …');
  const downloaded = await downloadElectron();
  if (!downloaded && !stopping) say('Electron could not be downloaded; serving the browser shell instead.');
  return downloaded;
}

/** Runs a shell until it ends, and ends it when this script is asked to end. Should this script be killed, the shell sees the channel close. */
function serve(program, args) {
  return new Promise((done) => {
    // Every host's name look-up and file read takes a thread of libuv's pool, and a fleet has many hosts.
    const env = { ...process.env, UV_THREADPOOL_SIZE: process.env.UV_THREADPOOL_SIZE ?? '64' };
    const shell = spawn(program, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    let kill;
    let ended;
    shell.on('message', (message) => {
      if (!Number.isInteger(message?.ended)) return;
      ended = message.ended;
      setTimeout(() => shell.kill('SIGKILL'), farewellMs).unref();
    });
    const end = () => {
      stopping = true;
      if (shell.connected) shell.send('stop', () => undefined);
      kill ??= setTimeout(() => shell.kill('SIGKILL'), patienceMs);
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
    if (stopping) end();
    shell.on('error', (error) => {
      say(`${program} could not be started: ${error.message}`);
      done(1);
    });
    shell.on('exit', (code) => {
      clearTimeout(kill);
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, end);
      done(code ?? ended ?? 1);
    });
  });
}
