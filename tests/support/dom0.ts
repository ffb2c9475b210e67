/**
 * A host made of folders, on which the real scripts run: a mount namespace with an /etc/xen, a /var/lib/hum, a /srv/xen of its own, and
 * programs of Xen that are a script (xen/dom0). Only root can make one.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner, RunOptions, RunResult } from '../../src/main/ssh/session.ts';
import { HumError } from '../../src/shared/errors.ts';
import { sharersOfMounts } from './processes.ts';

export type Shell = 'dash' | 'busybox' | 'bash';

export interface Dom0Options {
  readonly shell?: Shell;
  /** MiB of /srv/xen. */
  readonly diskMib?: number;
}

/** Says why there can be no such host on this machine; undefined where there can. */
export function noDom0(): string | undefined {
  if (process.getuid?.() !== 0) return 'mount namespaces are for root';
  return spawnSync('unshare', ['--mount', '--propagation', 'private', 'mount', '-t', 'tmpfs', 'none', '/mnt']).status === 0
    ? undefined
    : 'this machine allows no mount namespaces';
}

export interface Dom0 {
  readonly runner: Runner;
  /** A script as Hum runs it, with more in its environment. */
  run(
    script: string,
    args: readonly string[],
    options?: { readonly stdin?: Buffer; readonly env?: Readonly<Record<string, string>> },
  ): Promise<RunResult>;
  /** A line of shell on the host; answers what it prints. @throws Error when its exit status is not 0 */
  sh(line: string, ...args: readonly string[]): string;
  /** How guests and xl behave from now on: see tests/support/xen/dom0. */
  mode(mode: string): void;
  /** Puts a program before those of this machine. */
  program(name: string, text: string): void;
  /** Every file below its folders with owner, mode, inode, and the hash of what is in it, and its domains. */
  everything(): string;
  /** Ends every script that runs, and every connection, as a network does that fails; what runs in a session of its own goes on. */
  cut(): void;
  readonly running: number;
  close(): void;
}

const shells: Readonly<Record<Shell, readonly string[]>> = {
  dash: ['dash'],
  busybox: ['busybox', 'sh'],
  bash: ['bash', '--norc', '--posix'],
};

function endNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended.
  }
}

export function openDom0({ shell = 'dash', diskMib = 64 }: Dom0Options = {}): Dom0 {
  const dir = mkdtempSync(join(tmpdir(), 'hum-dom0-'));
  for (const each of [
    'bin',
    'busybox',
    'xen/store/local/domain/0',
    'xen/store/tool/hum',
    'xen/flags',
    'xen/console',
    'xen/booleans',
    'lib',
    'etc/xen/auto',
  ]) {
    mkdirSync(join(dir, each), { recursive: true });
  }
  for (const each of ['/etc/passwd', '/etc/group', '/etc/mke2fs.conf']) {
    try {
      copyFileSync(each, join(dir, each));
    } catch {
      // Not every machine has it.
    }
  }
  execFileSync('cp', ['-a', '/etc/alternatives', '/etc/ld.so.cache', join(dir, 'etc')]);
  writeFileSync(join(dir, 'xen/store/local/domain/0/name'), 'Domain-0\n');
  writeFileSync(join(dir, 'xen/next'), '1\n');
  writeFileSync(join(dir, 'xen/mode'), 'well\n');
  copyFileSync(join(import.meta.dirname, 'xen/dom0'), join(dir, 'bin/dom0'));
  chmodSync(join(dir, 'bin/dom0'), 0o755);
  for (const name of ['xl', 'xenstore-read', 'xenstore-list', 'xenstore-write', 'xenstore-rm']) symlinkSync('dom0', join(dir, 'bin', name));
  if (shell === 'busybox') {
    // All that it has, so that a script meets its cp, its stat, its ln.
    const busybox = execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim();
    for (const name of execFileSync('busybox', ['--list'], { encoding: 'utf8' }).split('\n')) {
      if (name !== '' && name !== 'busybox') symlinkSync(busybox, join(dir, 'busybox', name));
    }
  }
  const mounts = `set -e
mount --bind "$0/etc" /etc
mount --bind "$0/lib" /var/lib
mkdir -p /srv
mount -t tmpfs -o mode=755 srv /srv
mkdir /srv/xen
mount -t tmpfs -o "mode=755,size=$1m" xen /srv/xen
echo ready
exec sleep 100000`;
  const keeper = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', mounts, dir, String(diskMib)], {
    stdio: 'ignore',
  });
  const within = [`--mount=/proc/${keeper.pid}/ns/mnt`, '--'];
  const usual = `${process.env.PATH}:/usr/sbin:/sbin`;
  const env = { ...process.env, PATH: `${dir}/bin:${usual}`, HUM_DOM0: join(dir, 'xen'), LC_ALL: 'C' };
  const sh = (line: string, ...args: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync('nsenter', [...within, 'sh', '-c', line, 'sh', ...args], { env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${line}: ${status}\n${stdout}${stderr}`);
    return stdout;
  };
  for (
    let tries = 0;
    tries < 200 && spawnSync('nsenter', [...within, 'grep', '-q', ' /srv/xen ', '/proc/self/mounts'], { env }).status !== 0;
    tries += 1
  ) {
    spawnSync('sleep', ['0.05']);
  }

  const children = new Set<ChildProcess>();
  let lost: AbortController = new AbortController();

  function run(
    script: string,
    args: readonly string[],
    {
      stdin,
      env: more = {},
      signal,
      onStdout,
    }: {
      readonly stdin?: Buffer | string;
      readonly env?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal | undefined;
      readonly onStdout?: RunOptions['onStdout'];
    } = {},
  ): Promise<RunResult> {
    return new Promise((resolve, reject) => {
      // In a group of its own, which sshd ends as a whole.
      const child = spawn(
        'nsenter',
        [...within, '/bin/sh', '-c', 'export HUM_PID=$$; exec "$@"', 'sh', ...shells[shell], '-c', script, 'sh', ...args],
        {
          env: { ...env, PATH: `${dir}/bin:${dir}/busybox:${usual}`, ...more },
          detached: true,
        },
      );
      children.add(child);
      const [out, err]: [Buffer[], Buffer[]] = [[], []];
      child.stdout.on('data', onStdout ?? ((chunk: Buffer) => out.push(chunk)));
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin ?? '');
      const connection = lost.signal;
      const hangUp = () => {
        if (child.pid !== undefined && child.exitCode === null) {
          try {
            process.kill(-child.pid, 'SIGTERM');
          } catch {
            // It has just ended.
          }
        }
        reject(new HumError({ code: 'cancelled', message: 'cancelled', hint: '' }));
      };
      const lose = () => reject(new HumError({ code: 'connection-lost', message: 'The connection is lost.', hint: '' }));
      signal?.addEventListener('abort', hangUp, { once: true });
      connection.addEventListener('abort', lose, { once: true });
      child.once('close', (code, how) => {
        children.delete(child);
        signal?.removeEventListener('abort', hangUp);
        connection.removeEventListener('abort', lose);
        resolve({ code, signal: how, stdout: Buffer.concat(out), stderr: Buffer.concat(err) });
      });
      if (signal?.aborted) hangUp();
    });
  }

  return {
    runner: {
      run: (script, args = [], { stdin, signal, onStdout }: RunOptions = {}) =>
        run(script, args, { ...(typeof stdin === 'string' || Buffer.isBuffer(stdin) ? { stdin } : {}), signal, onStdout }),
      open: () => Promise.reject(new Error('not here')),
      terminal: () => Promise.reject(new Error('not here')),
    },
    run,
    sh,
    mode: (mode) => writeFileSync(join(dir, 'xen/mode'), `${mode}\n`),
    program: (name, text) => writeFileSync(join(dir, 'bin', name), text, { mode: 0o755 }),
    everything: () =>
      sh(
        `for each in /etc/xen /var/lib /srv; do
           find "$each" -xdev -printf '%p %y %m %u %i %l\\n'
           find "$each" -xdev -type f -exec sha256sum {} +
         done | LC_ALL=C sort
         find /srv/xen -printf '%p %y %m %u %i %l\\n' | LC_ALL=C sort
         find /srv/xen -type f -exec sha256sum {} + | LC_ALL=C sort
         cat "$HUM_DOM0"/flags/* "$HUM_DOM0"/store/local/domain/*/name "$HUM_DOM0"/booleans/* 2>/dev/null || true`,
      ),
    cut() {
      lost.abort();
      lost = new AbortController();
    },
    get running() {
      return children.size;
    },
    close() {
      // What has a group of its own outlives the one that began it.
      if (keeper.pid !== undefined) for (const pid of [...sharersOfMounts(keeper.pid), keeper.pid]) endNow(pid);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
