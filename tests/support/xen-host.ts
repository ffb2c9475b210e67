/** A host whose xl prints what a real one printed: a real sshd with the stand-ins of tests/support/xen first in its PATH. */
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Session } from '../../src/main/ssh/session.ts';
import type { HostFacts } from '../../src/shared/contract/fleet.ts';
import type { Toolstack } from '../../src/shared/contract/xen.ts';
import type { KeyPair, Rig, Server, SshdOptions } from './sshd.ts';
import { online, sessionFor, targetFor } from './sshd-target.ts';

/** How the stand-in behaves: as xl does, or as one that may not, hangs, stops in the middle, or cannot describe its domains. */
export type XlMode = 'well' | 'denied' | 'hangs' | 'half' | 'long-fails';

export interface XenStandIn {
  readonly server: Server;
  /** A session that is online. Stopped by `stopSessions`. */
  session(): Promise<Session>;
  behave(mode: XlMode): void;
  /** What `xl list` prints: a recording below tests/fixtures/xen-4.17. */
  list(recording: string): void;
  /** Takes xl off the host, or back onto it. */
  remove(): void;
  restore(): void;
}

export const xenFacts = (toolstack: Toolstack | null = 'xl'): HostFacts => ({
  hostName: 'xenlab',
  kernel: 'Linux 6.1.0',
  distribution: 'Debian',
  architecture: 'x86_64',
  cores: 2,
  bootId: 'b',
  toolstack,
  bootedAt: 0,
});

/** Mounts after which a host is dom0 to Hum, which reads as much in /proc/xen: no folder can be made in the real /proc. */
export function asDom0(dir: string): string[][] {
  const [real, proc] = [join(dir, 'proc-real'), join(dir, 'proc')];
  mkdirSync(real);
  mkdirSync(join(proc, 'xen'), { recursive: true });
  writeFileSync(join(proc, 'xen/capabilities'), 'control_d\n');
  for (const name of readdirSync('/proc')) if (!/^\d+$/.test(name) && name !== 'xen') symlinkSync(join(real, name), join(proc, name));
  return [
    ['--rbind', '/proc', real],
    ['--bind', proc, '/proc'],
  ];
}

let serial = 0;

/** Starts such a host. It ends with the rig. */
export async function startXenStandIn(rig: Rig, key: KeyPair, options: SshdOptions = {}): Promise<XenStandIn> {
  serial += 1;
  const bin = join(rig.dir, `xen-${serial}`);
  mkdirSync(bin, { mode: 0o755 });
  const standIns = new URL('./xen/', import.meta.url).pathname;
  const put = (name: string) => cpSync(join(standIns, name), join(bin, name));
  for (const name of ['xl', 'xenstore-ls', 'timeout']) put(name);
  symlinkSync(new URL('../fixtures/xen-4.17', import.meta.url).pathname, join(bin, 'fixtures'));
  const set = (file: string, text: string) => writeFileSync(join(bin, file), `${text}\n`);
  set('mode', 'well');
  set('set', 'guests-3/xl-list');
  const server = await rig.sshd({ ...options, settings: { ...options.settings, SetEnv: `PATH=${bin}:/usr/sbin:/usr/bin:/sbin:/bin` } });
  return {
    server,
    session: async () => online(sessionFor(await targetFor(rig, server, { key }))),
    behave: (mode) => set('mode', mode),
    list: (recording) => set('set', recording),
    remove: () => rmSync(join(bin, 'xl')),
    restore: () => put('xl'),
  };
}
