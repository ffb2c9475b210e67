import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyPair, knownHostsName, type Rig, type Server } from './sshd.ts';

/** A host with an /etc, a /var/lib, a /srv and a home of root of its own, behind a real sshd. What a test writes there is in the rig's folder. */
export interface BackupHost {
  readonly server: Server;
  /** Where a path of the host is to this process. */
  at(path: string): string;
}

/** Only root can make the mounts. `without`: a program that it has not. */
export async function backupHost(rig: Rig, name: string, without?: string): Promise<BackupHost> {
  const dir = join(rig.dir, `host-${name}`);
  const places = { '/etc': 'etc', '/var/lib': 'lib', '/srv': 'srv', '/root': 'root' } as const;
  for (const each of Object.values(places)) mkdirSync(join(dir, each), { recursive: true });
  cpSync('/etc', join(dir, 'etc'), { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  mkdirSync(join(dir, 'etc/cron.d'), { recursive: true });
  writeFileSync(join(dir, 'no-program'), '', { mode: 0o644 });
  const mounts = Object.entries(places).map(([path, each]) => ['--bind', join(dir, each), path]);
  if (without !== undefined) mounts.push(['--bind', join(dir, 'no-program'), without]);
  return {
    server: await rig.sshd({ mounts }),
    at(path) {
      const [root, each] = Object.entries(places).find(([place]) => path.startsWith(`${place}/`)) ?? [];
      if (root === undefined || each === undefined) throw new Error(`${path} is this machine's own`);
      return join(dir, each, path.slice(root.length));
    },
  };
}

/** Gives root of a host a key that the servers of the rig take, and, unless told otherwise, the host key of another one. */
export function giveKey(host: BackupHost, key: KeyPair, knows?: Server): void {
  mkdirSync(host.at('/root/.ssh'), { recursive: true, mode: 0o700 });
  cpSync(key.path, host.at('/root/.ssh/id_ed25519'));
  const lines = (knows?.hostKeys ?? []).map((each) => `${knownHostsName('127.0.0.1', knows?.port ?? 22)} ${each.public}\n`);
  writeFileSync(host.at('/root/.ssh/known_hosts'), lines.join(''), { mode: 0o600 });
}
