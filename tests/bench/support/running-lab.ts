import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createKnownHosts } from '../../../src/main/ssh/known-hosts.ts';
import type { Target } from '../../../src/main/ssh/session.ts';
import type { LabHost } from '../../support/lab-host.ts';

/** The lab that runs on this machine, as root. @throws Error when none does */
export async function runningLab(): Promise<{ readonly host: LabHost; readonly target: Target }> {
  // A bench is bundled: it finds the scripts from the folder that it is run in.
  const { stdout } = await promisify(execFile)(process.execPath, [join(process.cwd(), 'scripts/lab.mjs'), 'status'], { timeout: 60_000 });
  const host = JSON.parse(stdout.split('\n')[0] ?? '') as LabHost;
  const knownHosts = createKnownHosts({ files: [host.knownHosts], appendTo: host.knownHosts });
  const login = { user: 'root', keyFiles: [host.key], explicitKeys: true, agent: undefined, knownHosts };
  return { host, target: { id: 'lab', address: '127.0.0.1', port: host.port, ...login } };
}
