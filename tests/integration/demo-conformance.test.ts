import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dfOf } from '../../src/main/demo/disks.ts';
import { probeAnswer } from '../../src/main/demo/probe-answer.ts';
import { ProcFiles } from '../../src/main/demo/proc-files.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { sectorFiles, XenSections } from '../../src/main/demo/xen/probe-sections.ts';
import { type XenHost, xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import { xl } from '../../src/main/demo/xen/xl.ts';
import { shareSentAgain } from '../../src/main/fleet/segments.ts';
import { parseTcp } from '../../src/main/network/tcp.ts';

/** The demo answers in JavaScript what the probe's scripts would print for the same files; here the real ones say what that is. */

const script = resolve(import.meta.dirname, '../../src/main/probe/probe.sh');
const xenScript = resolve(import.meta.dirname, '../../src/main/xen/scripts/probe.sh');
const dir = mkdtempSync(join(tmpdir(), 'hum-demo-conformance-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const nonce = 'a8f3e1';
const minute = 60_000;
const fleet = fleetOf(7, 40);

const paths = [
  'meminfo',
  'vmstat',
  'loadavg',
  'uptime',
  'stat',
  'net/dev',
  'net/snmp',
  'sys/vm/min_free_kbytes',
  'sys/kernel/random/boot_id',
].concat(['pressure/memory', 'pressure/cpu', 'pressure/io', 'mounts', 'xen/capabilities']);

const requests = [
  '1 memory pressure load cpu uptime tcp network',
  '2 memory',
  '3 facts',
  '4 processes',
  '5 facts processes memory memory',
  '6 nonsense',
  '66 pressure',
  '67 disks load',
  '7',
  '  8\tuptime   load ',
];

/** Of a Xen host: all there is, then what has changed since (nothing), then all again. */
const xenRequests = ['1 xen xen-load', '2 xen', '3 whole xen-load xen nonsense'];

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
  for (const path of [...paths, ...files.processIds().flatMap((pid) => [`${pid}/status`, `${pid}/stat`])]) {
    const text = files.proc(path);
    if (text !== undefined) write(join(root, path), text);
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The machine's files outside /proc, and an xl that prints what the demo's would. */
function writeXen(root: string, bin: string, files: ProcFiles, xen: XenHost): void {
  const { machine } = xen.at(files.at);
  for (const [path, text] of machine.files) write(join(root, path), text);
  mkdirSync(join(root, '/etc/xen/auto'), { recursive: true });
  for (const [link, target] of machine.links) symlinkSync(target, join(root, link));
  for (const [path, text] of machine.domains(files.at).flatMap((domain) => sectorFiles(domain, files.at))) {
    write(join(root, '/sys/bus/xen-backend/devices', path), text);
  }
  const cases = [['info'], ['list'], ['list', '--long'], ['uptime']].map((args, index) => {
    const { stdout, stderr, code } = xl(xen.at(files.at), args);
    write(join(bin, `out${index}`), stdout);
    write(join(bin, `err${index}`), stderr);
    return `'${args.join(' ')}') cat "$0".d/out${index}; cat "$0".d/err${index} >&2; exit ${code} ;;`;
  });
  symlinkSync('.', join(bin, 'xl.d'));
  writeFileSync(join(bin, 'xl'), ['#!/bin/sh', 'case $* in', ...cases, 'esac', ''].join('\n'), { mode: 0o755 });
}

/** `find` tells files in the order of the folder, whichever that is. */
function filesInOrder(frames: string): string {
  return frames.replace(new RegExp(`(?<=^${nonce} xen-files\\n)[^]*?(?=^${nonce} )`, 'gm'), (lines) => lines.split('\n').sort().join('\n'));
}

/** Programs that answer as the simulated host's would. */
function writePrograms(root: string, files: ProcFiles): string {
  const { name, kernel } = files.profile;
  const bin = join(root, 'bin');
  mkdirSync(bin, { recursive: true });
  // What probe.sh asks for with -snrm, in the order in which uname prints it.
  writeFileSync(join(bin, 'uname'), `#!/bin/sh\n[ "$*" = -snrm ] && echo Linux ${name} ${kernel} x86_64\n`, { mode: 0o755 });
  for (const [flag, what] of [
    ['k', 'blocks'],
    ['i', 'inodes'],
  ] as const) {
    writeFileSync(join(bin, `df-${flag}`), dfOf(files.disks(), what));
  }
  const mounts = files.disks().map(({ mount }) => mount);
  writeFileSync(join(bin, 'df'), `#!/bin/sh\ncase $* in "-P -"[ki]" ${mounts.join(' ')}") cat "\${0}$2" ;; esac\n`, { mode: 0o755 });
  return bin;
}

describe('the demo answers as the scripts do', () => {
  it('has the counters of TCP in the columns that this machine has, and loss on one host for a while', () => {
    const tcp = (text: string) => text.split('\n').filter((line) => line.startsWith('Tcp: '));
    const here = tcp(readFileSync('/proc/net/snmp', 'utf8'));
    const profile = fleet.find(({ role }) => role === 'losing');
    if (profile === undefined) throw new Error('no host loses packets');
    const counted = (at: number) => tcp(new FilesHere(profile, at, xenHostOf(profile)).proc('net/snmp') ?? '');
    expect(counted(minute)[0]).toBe(here[0]);
    expect(counted(minute)[1]?.split(' ')).toHaveLength(here[1]?.split(' ').length ?? 0);
    const again = (at: number) => shareSentAgain([reading(at - 5_000)], reading(at)).share;
    const reading = (at: number) => ({
      uptimeMs: at,
      ...(parseTcp(probeAnswer({ nonce, proc: '' }, '1 tcp', new FilesHere(profile, at)).replace('/net/snmp:', '')) ?? {
        sent: 0,
        retransmitted: 0,
      }),
    });
    expect(again(minute / 4)).toBeLessThan(0.005);
    expect(again(6 * minute)).toBeGreaterThan(0.03);
    expect(again(15 * minute)).toBeLessThan(0.005);
    expect(again(26 * minute)).toBeGreaterThan(0.03);
  });

  for (const [index, at] of [
    [0, 0],
    [6, minute],
    [8, minute],
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
      const xen = xenHostOf(profile);
      const files = new FilesHere(profile, at, xen);
      const root = join(dir, `${index}-${at}`);
      writeProc(join(root, 'proc'), files);
      const bin = writePrograms(`${root}-host`, files);
      if (xen) writeXen(root, bin, files, xen);
      const proc = join(root, 'proc');
      const reallyAnswered = (path: string, asked: readonly string[]) =>
        execFileSync('sh', [path, nonce, proc, root], {
          input: asked.map((request) => `${request}\n`).join(''),
          encoding: 'utf8',
          env: { PATH: `${bin}:${process.env.PATH}` },
        });
      const { real, simulated } = whileAccountsStand(() => ({
        real: reallyAnswered(script, requests),
        simulated: requests.map((request) => probeAnswer({ nonce, proc }, request, files)).join(''),
      }));
      expect(simulated).toBe(real);
      expect(real).toContain(`VmRSS:`);
      if (!xen) return;
      const realXen = reallyAnswered(xenScript, xenRequests);
      const run = new XenSections(nonce, proc);
      const simulatedXen = xenRequests.map((request) => run.answer(request, files)).join('');
      expect(filesInOrder(simulatedXen)).toBe(filesInOrder(realXen.replaceAll(`${root}/etc/`, '/etc/')));
      expect(realXen).toContain(profile.user === 'root' ? `${nonce} xen-domains-same` : `/stat\n${nonce} end`);
    });
  }
});
