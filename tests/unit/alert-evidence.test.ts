import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { askForEvidence, processList, readEvidence } from '../../src/main/alerts/evidence.ts';
import { incidentText } from '../../src/main/alerts/evidence-text.ts';
import { parseOomReports } from '../../src/main/alerts/oom-report.ts';
import type { Runner, RunResult } from '../../src/main/ssh/session.ts';
import type { IncidentView } from '../../src/shared/contract/alerts.ts';

const dir = mkdtempSync(join(tmpdir(), 'hum-evidence-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

// As mm/oom_kill.c of Linux 6.1 prints it, through dmesg.
const newKernel = `[ 25375.451100] nginx invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0
[ 25375.451168] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/shop.service,task=node (cluster),pid=3352,uid=1000
[ 25375.451210] Out of memory: Killed process 3352 (node (cluster)) total-vm:23187684kB, anon-rss:15423936kB, file-rss:4kB, shmem-rss:0kB, UID:1000 pgtables:36164kB oom_score_adj:0`;
// A cgroup at its limit, through the journal.
const cgroup = `Jul 30 08:11:33 app01 kernel: php-fpm7 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=937
Jul 30 08:11:33 app01 kernel: oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=docker-5c.scope,mems_allowed=0,oom_memcg=/kubepods.slice/pod-e.slice,task_memcg=/kubepods.slice/pod-e.slice/docker-5c.scope,task=php-fpm7,pid=26865,uid=65534
Jul 30 08:11:33 app01 kernel: Memory cgroup out of memory: Killed process 26865 (php-fpm7) total-vm:367860kB, anon-rss:177544kB, file-rss:1720kB, shmem-rss:13216kB`;
// Linux 3.10 of a RHEL 7, with its comma before the user.
const oldKernel = `Mar 14 16:55:03 db01 kernel: mysqld invoked oom-killer: gfp_mask=0x201da, order=0, oom_score_adj=0
Mar 14 16:55:03 db01 kernel: Out of memory: Kill process 21945 (mysqld) score 956 or sacrifice child
Mar 14 16:55:03 db01 kernel: Killed process 21945 (mysqld), UID 1000, total-vm:33027492kB, anon-rss:31303276kB, file-rss:0kB, shmem-rss:0kB`;

test('the kernel’s report says who was killed, how large it was, in which cgroup, and who had asked, in the words of each kernel', () => {
  expect(parseOomReports(newKernel, 25_400, 3_600, 1_000_000)).toEqual([
    {
      when: '25375.451210',
      at: 975_451,
      pid: 3352,
      victim: 'node (cluster)',
      resident: (15_423_936 + 4) * 1024,
      total: 23_187_684 * 1024,
      user: '1000',
      cgroup: '/system.slice/shop.service',
      limitedBy: null,
      invoker: 'nginx',
    },
  ]);
  expect(parseOomReports(`${cgroup}\n${oldKernel}`, null, 3_600, 0)).toMatchObject([
    {
      victim: 'php-fpm7',
      limitedBy: '/kubepods.slice/pod-e.slice',
      cgroup: '/kubepods.slice/pod-e.slice/docker-5c.scope',
      invoker: 'php-fpm7',
    },
    { victim: 'mysqld', pid: 21_945, user: '1000', limitedBy: null, cgroup: null, invoker: 'mysqld', when: 'Mar 14 16:55:03' },
  ]);
  // What is older than asked for belongs to another incident.
  expect(parseOomReports(newKernel, 25_375 + 3_700, 3_600, 0)).toEqual([]);
});

test('no text of a host makes it throw, and nothing of it acts on the page', () => {
  const pieces = fc.constantFrom(
    ...newKernel.split(' '),
    ...cgroup.split(','),
    'Killed process 1 (',
    '\u001b[2J',
    ' (a)(b) total-vm:9kB',
    '\u202e',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), fc.constantFrom(' ', '\n', ''), (words, joint) => {
      const reports = parseOomReports(words.join(joint), 100, 3_600, 0);
      expect(JSON.stringify(reports)).not.toMatch(/\\u001b|\u202e/);
      const sections = new Map(
        ['processes', 'users', 'uptime', 'meminfo', 'slab', 'tmpfs', 'balloon', 'kernel'].map((name) => [name, words.join(joint)]),
      );
      expect(readEvidence(sections, 0, null).processes.length).toBeLessThanOrEqual(30);
    }),
    { numRuns: 200 },
  );
});

/** The script itself, run by this shell over a host that is a folder. */
const runnerOf = (shell: readonly string[]): Pick<Runner, 'run'> => ({
  async run(script, args = []) {
    const [program = 'sh', ...rest] = shell;
    const env = { ...process.env, PATH: `${join(dir, 'bin')}:${process.env.PATH}` };
    const stdout = execFileSync(program, [...rest, '-c', script, 'sh', ...args], { env });
    return { code: 0, signal: null, stdout, stderr: Buffer.alloc(0) } as unknown as RunResult;
  },
});

function host(): { proc: string; root: string } {
  const [proc, root] = [join(dir, 'proc'), join(dir, 'root')];
  const put = (path: string, text: string, mode = 0o644) => {
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text, { mode });
  };
  const process = (pid: number, name: string, kib: number) =>
    put(join(proc, String(pid), 'status'), `Name:\t${name}\nUmask:\t0022\nUid:\t33\t33\t33\t33\nVmRSS:\t${kib} kB\nVmSwap:\t12 kB\n`);
  process(7, 'small', 900);
  process(4, "it's $(id)\u001b[1m", 5_000_000);
  put(join(proc, '2', 'status'), 'Name:\tkthreadd\nUid:\t0\t0\t0\t0\n');
  put(join(proc, 'uptime'), '25400.00 1.00\n');
  put(join(proc, 'meminfo'), 'MemTotal:       16000000 kB\nMemAvailable:     300000 kB\nHugePages_Total:      12\n');
  put(
    join(proc, 'slabinfo'),
    'slabinfo - version: 2.1\n# name\ndentry 10 1000 192 21 1 : tunables\nbig_cache 1 2000 4096 1 1 : tunables\n',
  );
  put(join(proc, 'xen', 'capabilities'), '');
  put(join(root, 'etc', 'passwd'), 'www-data:x:33:33::/:/bin/sh\n');
  const balloon = join(root, 'sys', 'devices', 'system', 'xen_memory', 'xen_memory0');
  put(join(balloon, 'target_kb'), '8388608\n');
  put(join(balloon, 'info', 'current_kb'), '8000000\n');
  put(join(dir, 'bin', 'dmesg'), `#!/bin/sh\ncat <<'END'\nnoise\n${newKernel}\nEND\n`, 0o755);
  put(
    join(dir, 'bin', 'df'),
    "#!/bin/sh\necho 'Filesystem 1024-blocks Used Available Capacity Mounted on'\necho 'tmpfs 1000 400 600 40% /dev/shm'\n",
    0o755,
  );
  return { proc, root };
}

test.each([['dash'], ['busybox', 'sh'], ['bash']])(
  '%s: a host tells of its memory in one round trip, with growth since the list before',
  async (...shell) => {
    const place = host();
    const runner = runnerOf(shell);
    const list = processList(await askForEvidence(runner, 'processes', place));
    writeFileSync(join(place.proc, '7', 'status'), 'Name:\tsmall\nUid:\t33\t33\t33\t33\nVmRSS:\t250900 kB\nVmSwap:\t0 kB\n');
    const evidence = readEvidence(await askForEvidence(runner, 'all', place), 1_000, { list, ageMs: 600_000 });
    expect(evidence).toMatchObject({
      processes: [
        { pid: 4, user: 'www-data', command: "it's $(id)\\e[1m", resident: 5_000_000 * 1024, swap: 12 * 1024, grown: 0 },
        { pid: 7, user: 'www-data', command: 'small', resident: 250_900 * 1024, grown: 250_000 * 1024 },
      ],
      growthOverMs: 600_000,
      memory: { MemTotal: 16_000_000 * 1024, MemAvailable: 300_000 * 1024, HugePages_Total: 12 },
      slabs: [
        { name: 'big_cache', bytes: 8_192_000 },
        { name: 'dentry', bytes: 192_000 },
      ],
      tmpfs: [{ mount: '/dev/shm', used: 400 * 1024, size: 1000 * 1024 }],
      balloon: { current: 8_000_000 * 1024, target: 2 ** 33, dom0: false },
      oom: [{ victim: 'node (cluster)', invoker: 'nginx' }],
      missing: [],
    });
  },
);

test('a host that stops in the middle, or has nothing, is told as such; the whole is text to be pasted', async () => {
  const runner = (text: string): Pick<Runner, 'run'> => ({
    run: async (_, [nonce] = []) => ({ stdout: Buffer.from(text.replaceAll('NONCE', nonce ?? '')) }) as RunResult,
  });
  await expect(askForEvidence(runner('\nNONCE processes\n/proc/1/status:Name: a\n'), 'all')).rejects.toMatchObject({
    problem: { code: 'bad-answer' },
  });
  const nothing = readEvidence(await askForEvidence(runner('\nNONCE end\n'), 'all'), 0, null);
  expect(nothing.missing).toHaveLength(4);
  const incident = {
    severity: 'critical',
    summary: 'web01: memory used 97 %',
    state: 'firing',
    since: 0,
    resolvedAt: null,
    why: 'Because.',
    clears: 'Later.',
    lookAt: ['This'],
    acknowledgedBy: null,
  } as unknown as IncidentView;
  const place = host();
  const evidence = readEvidence(await askForEvidence(runnerOf(['sh']), 'all', place), 0, null);
  const text = incidentText(incident, [{ at: 0, kind: 'opened', text: 'It began.', by: null }], evidence);
  expect(text).toContain('The kernel killed node (cluster) (3352) at 1969-12-31 23:59:35 UTC');
  expect(text).toMatch(/4\.8 GiB +12\.0 KiB +4 www-data it's \$\(id\)\\e\[1m/);
  expect(text).not.toContain('\u001b');
});
