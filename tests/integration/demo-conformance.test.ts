import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { probeAnswer, startProbe } from '../../src/main/demo/probe-answer.ts';
import { ProcFiles } from '../../src/main/demo/proc-files.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { xenHostOf } from '../../src/main/demo/xen/xen-host.ts';

/** The demo answers in JavaScript what probe.sh would print for the same files; here the real script says what that is. */

const script = resolve(import.meta.dirname, '../../src/main/probe/probe.sh');
const dir = mkdtempSync(join(tmpdir(), 'hum-demo-conformance-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const nonce = 'a8f3e1';
const minute = 60_000;
const fleet = fleetOf(7, 40);

const paths = ['meminfo', 'vmstat', 'loadavg', 'uptime', 'stat', 'net/dev', 'sys/vm/min_free_kbytes', 'sys/kernel/random/boot_id'].concat([
  'pressure/memory',
  'pressure/cpu',
  'pressure/io',
  'xen/capabilities',
]);

const requests = [
  '1 memory pressure load cpu uptime network',
  '2 memory',
  '3 facts',
  '4 processes',
  '5 facts processes memory memory',
  '6 nonsense',
  '66 pressure',
  '7',
  '  8\tuptime   load ',
];

/** The outer files are those of the machine that runs the test: probe.sh reads them by their fixed names. */
class FilesHere extends ProcFiles {
  override etc(path: string): string | undefined {
    return readFileSync(path, 'utf8');
  }
}

/** Tests beside this one make and remove accounts: both answers must come from the same /etc/passwd. */
function whileAccountsStand<T>(answer: () => T): T {
  for (let tries = 0; tries < 20; tries += 1) {
    const before = readFileSync('/etc/passwd', 'utf8');
    const result = answer();
    if (readFileSync('/etc/passwd', 'utf8') === before) return result;
  }
  throw new Error('the accounts of this machine never stood still');
}

function writeProc(root: string, files: ProcFiles): void {
  for (const path of [...paths, ...files.processIds().map((pid) => `${pid}/status`)]) {
    const text = files.proc(path);
    if (text === undefined) continue;
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

/** Programs that answer as the simulated host's would. */
function writePrograms(root: string, name: string, kernel: string): string {
  const bin = join(root, 'bin');
  mkdirSync(bin, { recursive: true });
  // What probe.sh asks for with -snrm, in the order in which uname prints it.
  writeFileSync(join(bin, 'uname'), `#!/bin/sh\n[ "$*" = -snrm ] && echo Linux ${name} ${kernel} x86_64\n`, { mode: 0o755 });
  writeFileSync(join(bin, 'xl'), '#!/bin/sh\n', { mode: 0o755 });
  return bin;
}

describe('the demo answers as probe.sh does', () => {
  for (const [index, at] of [
    [0, 0],
    [2, 2.4 * minute],
    [2, 2.6 * minute],
    [3, 5 * minute],
    [4, minute],
    [10, 3 * minute],
    [11, 12 * minute],
    [39, 90 * minute],
  ] as const) {
    const profile = fleet[index];
    if (!profile) throw new Error('the fleet is too small');
    it(`for ${profile.name} after ${at / minute} min`, () => {
      const files = new FilesHere(profile, at, xenHostOf(profile));
      const root = join(dir, `${index}-${at}`);
      writeProc(root, files);
      const bin = writePrograms(`${root}-host`, profile.name, profile.kernel);
      const { real, simulated } = whileAccountsStand(() => {
        const real = execFileSync('sh', [script, nonce, root], {
          input: requests.map((request) => `${request}\n`).join(''),
          encoding: 'utf8',
          env: { PATH: `${bin}:${process.env.PATH}` },
        });
        const run = startProbe(nonce, root, files);
        return { real, simulated: requests.map((request) => probeAnswer(run, request, files)).join('') };
      });
      expect(simulated).toBe(real);
      expect(real).toContain(`VmRSS:`);
    });
  }
});
