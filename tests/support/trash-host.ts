import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RootScriptName, xenRootScript } from '../../src/main/xen/scripts.ts';

/**
 * A dom0 made of a mount namespace of its own: /etc, /var, /srv, /mnt and /sys/dev/block are empty file systems there, so that the real
 * scripts run against real files without touching this machine's. Only root can make one.
 */
export interface TrashHost {
  /** A path of the host, as this process reaches it. */
  at(path: string): string;
  /** Runs one of the scripts under this shell, as Hum sends it. */
  run(script: RootScriptName, args: readonly string[], options?: RunOptions): Ran;
  /** Runs a line of sh there, as root. @throws Error when it fails */
  sh(line: string, ...args: readonly string[]): string;
  /** A program that the host has before those of this machine. */
  program(name: string, body: string): void;
  /** What lies on the host below these folders: path, kind, inode, content. */
  state(...folders: readonly string[]): string;
  close(): void;
}

export interface RunOptions {
  /** `sh` of the host: words. */
  readonly shell?: readonly string[];
  /** Everything ends with SIGKILL when the so many-th of its programs is to be started. */
  readonly killAt?: number;
}

export interface Ran {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  /** How many programs were started. */
  readonly programs: number;
}

/** The programs whose start is counted, by where they are on this machine. */
const counted = ['stat', 'mkdir', 'ln', 'rm', 'mv', 'rmdir', 'sed', 'date', 'lvs', 'lvrename', 'lvchange', 'lvremove', 'tr'] as const;

/** The shells that the scripts are to run under, as far as this machine has them. */
export const shells = [['dash'], ['busybox', 'sh'], ['bash', '--norc', '--posix']].filter(
  ([program = '']) => spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined,
);

/** Whether such a host can be made here. */
export const canMakeHosts = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

const mounts = `
for each in /etc /srv /mnt /var /sys/dev/block; do mount -t tmpfs -o mode=755 hum-test "$each" || exit; done
mkdir -p /etc/xen/auto /var/lib /var/tmp /var/images /var/elsewhere /var/bound
mount --bind /var/elsewhere /var/bound || exit
echo ready
exec sleep 3600
`;

export async function trashHost(): Promise<TrashHost> {
  const dir = mkdtempSync(join(tmpdir(), 'hum-trash-host-'));
  const [bin, counting] = [join(dir, 'bin'), join(dir, 'counting')];
  for (const each of [bin, counting]) mkdirSync(each);
  const namespace = spawn('unshare', ['--mount', 'sh', '-c', mounts], { stdio: ['ignore', 'pipe', 'inherit'] });
  await ready(namespace);
  const enter = ['-m', '-t', String(namespace.pid), '--'];
  const at = (path: string) => `/proc/${namespace.pid}/root${path}`;

  const program = (name: string, body: string) => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  // xenstore as `hold` of toolstack.sh needs it: nobody else is there.
  program('xenstore-read', 'exit 1');
  program('xenstore-write', 'exit 0');
  program('xenstore-rm', 'exit 0');
  for (const name of counted) {
    const path = join(counting, name);
    const count = join(dir, 'count');
    const lines = [
      '#!/bin/sh',
      `PATH=\${PATH#${counting}:}`,
      `n=$(($(cat ${count}) + 1))`,
      `echo $n >${count}`,
      // Its process group is that of the body: act of toolstack.sh gives it a session of its own.
      `[ "$n" -ne "$HUM_KILL_AT" ] || kill -9 0`,
      `exec ${name} "$@"`,
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    chmodSync(path, 0o755);
  }

  return {
    at,
    program,
    run(script, args, { shell = ['dash'], killAt = 0 } = {}) {
      writeFileSync(join(dir, 'count'), '0\n');
      // The shell that the body runs under is the one that is asked for.
      program('sh', `exec ${shell.join(' ')} "$@"`);
      const env = { ...process.env, PATH: `${counting}:${bin}:${process.env.PATH}`, HUM_KILL_AT: String(killAt) };
      const ran = spawnSync('nsenter', [...enter, ...shell, '-c', xenRootScript(script), 'sh', ...args], { env, encoding: 'utf8' });
      rmSync(join(bin, 'sh'));
      return { code: ran.status, stdout: ran.stdout + ran.stderr, programs: Number(readFileSync(join(dir, 'count'), 'utf8')) };
    },
    sh(line, ...args) {
      const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
      const ran = spawnSync('nsenter', [...enter, 'sh', '-c', line, 'sh', ...args], { env, encoding: 'utf8' });
      if (ran.status !== 0) throw new Error(`${line}\n${ran.stdout}${ran.stderr}`);
      return ran.stdout;
    },
    state(...folders) {
      const line =
        'find "$@" ! -type d -printf "%p %y %i %l " -exec sh -c \'[ -L "$1" ] || cat "$1"\' sh {} \\; -printf "\\n" 2>/dev/null | sort';
      const ran = spawnSync('nsenter', [...enter, 'sh', '-c', line, 'sh', ...folders], { encoding: 'utf8' });
      return ran.stdout;
    },
    close() {
      namespace.kill('SIGKILL');
      for (const each of readdirSync(dir)) rmSync(join(dir, each), { recursive: true, force: true });
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the namespace ended with ${code}`)));
    child.stdout?.once('data', () => resolve());
  });
}
