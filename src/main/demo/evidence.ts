import { hugePageKb, memoryAt } from './memory.ts';
import { ProcFiles } from './proc-files.ts';
import { processesAt } from './processes.ts';
import type { ScriptCall } from './script-call.ts';
import { bootOf, leakOf, leakPeriodMs } from './story.ts';
import { type Answer, printed } from './xen/answer.ts';

/** Answers as main/alerts/evidence.sh would. The logs of the kernel are read by root alone, as on Debian. */
export function tellEvidence({ host, args }: ScriptCall): Answer {
  const [nonce = '', what = ''] = args;
  const { profile } = host;
  const at = host.now();
  const files = new ProcFiles(profile, at, host.xen);
  const processes = processesAt(profile, at)
    .filter(({ residentKb }) => residentKb !== null)
    .sort((left, right) => (right.residentKb ?? 0) - (left.residentKb ?? 0))
    .slice(0, 200);
  const status = processes.flatMap(({ pid }) =>
    (files.proc(`${pid}/status`) ?? '')
      .split('\n')
      .filter((line) => /^(Name|Uid|VmRSS|VmSwap):/.test(line))
      .map((line) => `/proc/${pid}/status:${line}`),
  );
  const sections: [name: string, text: string][] = [
    ['processes', `${status.join('\n')}\n`],
    ['users', usersOf(files)],
  ];
  if (what === 'all') {
    const root = profile.user === 'root';
    sections.push(
      ['uptime', files.proc('uptime') ?? ''],
      ['meminfo', files.proc('meminfo') ?? ''],
      ['slab', root ? slabinfo(memoryAt(profile, at)) : ''],
      ['tmpfs', tmpfs(memoryAt(profile, at))],
      ['balloon', host.xen === undefined ? '' : `control_d\ntarget_kb ${profile.totalKb}\ncurrent_kb ${profile.totalKb}\n`],
      ['kernel', root ? `readable\n${kernelLog(host)}` : ''],
    );
  }
  return printed(`${sections.map(([name, text]) => `\n${nonce} ${name}\n${text}`).join('')}\n${nonce} end\n`, 180);
}

function usersOf(files: ProcFiles): string {
  return (files.etc('/etc/passwd') ?? '')
    .split('\n')
    .map((line) => line.split(':'))
    .flatMap(([name, , id]) => (id === undefined ? [] : [`${name}:${id}\n`]))
    .join('');
}

type Memory = ReturnType<typeof memoryAt>;

/** slabinfo(5): the names, and of each how many objects of which size. */
function slabinfo({ slabReclaimable, slabFixed }: Memory): string {
  const of = (name: string, kb: number, size: number) => {
    const objects = Math.round((kb * 1024) / size);
    return `${name.padEnd(22)} ${objects} ${objects} ${size} 16 1 : tunables 0 0 0 : slabdata 0 0 0\n`;
  };
  return [
    'slabinfo - version: 2.1\n# name <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>\n',
    of('dentry', slabReclaimable * 0.34, 192),
    of('ext4_inode_cache', slabReclaimable * 0.4, 1168),
    of('buffer_head', slabReclaimable * 0.12, 104),
    of('kmalloc-512', slabFixed * 0.22, 512),
    of('inode_cache', slabFixed * 0.14, 600),
  ].join('');
}

function tmpfs({ shmem, total }: Memory): string {
  const line = (size: number, used: number, mount: string) =>
    `tmpfs ${Math.round(size)} ${Math.round(used)} ${Math.round(size - used)} ${Math.round((100 * used) / size)}% ${mount}\n`;
  return [
    'Filesystem 1024-blocks Used Available Capacity Mounted on\n',
    line(total / 10, shmem * 0.1, '/run'),
    line(total / 2, shmem * 0.4, '/dev/shm'),
  ].join('');
}

/** The kills since the demo began, as Linux 5 and 6 print them. */
function kernelLog({ profile, now }: ScriptCall['host']): string {
  const at = now();
  const { kills, grown } = leakOf(profile, at);
  const lastAt = at - grown * leakPeriodMs;
  const lines = Array.from({ length: Math.max(0, Math.min(kills, 5)) }, (_, index) => {
    const killedAt = lastAt - index * leakPeriodMs;
    const seconds = ((killedAt - bootOf(profile, at).at) / 1000).toFixed(6);
    const before = processesAt(profile, killedAt - 1000);
    const victim = before.find(({ pid }) => pid >= 20_000);
    const pid = victim?.pid ?? 20_000;
    const anon = victim?.residentKb ?? 0;
    return [
      `[${seconds}] nginx invoked oom-killer: gfp_mask=0x140cca(GFP_HIGHUSER_MOVABLE|__GFP_COMP), order=0, oom_score_adj=0`,
      `[${seconds}] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/shop.service,task=node,pid=${pid},uid=33`,
      `[${seconds}] Out of memory: Killed process ${pid} (node) total-vm:${anon + 612_340}kB, anon-rss:${anon}kB, file-rss:${hugePageKb}kB, shmem-rss:0kB, UID:33 pgtables:${Math.round(anon / 480)}kB oom_score_adj:0`,
    ].join('\n');
  });
  return `${lines.reverse().join('\n')}\n`;
}
