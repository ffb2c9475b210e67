import type { OomReport } from '../../shared/contract/alerts.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** How many of the newest are kept. */
const mostReports = 10;
const longestLine = 4096;

/**
 * The reports of OOM kills in lines of the kernel log (dmesg, journalctl), oldest first. A report is up to three lines, as mm/oom_kill.c prints them:
 * who asked ("invoked oom-killer"), since Linux 5.0 the choice ("oom-kill:constraint=…"), and the kill ("Killed process …"). `uptimeSeconds`: what is
 * older than `oldestSeconds` by the log's own seconds is left out; null where that cannot be told. `now`: epoch ms.
 */
export function parseOomReports(text: string, uptimeSeconds: number | null, oldestSeconds: number, now: number): OomReport[] {
  const reports: OomReport[] = [];
  let invoker: string | null = null;
  let choice: { readonly pid: number; readonly cgroup: string | null; readonly limitedBy: string | null } | null = null;
  for (const whole of text.split('\n')) {
    const line = whole.slice(0, longestLine);
    const asked = line.indexOf(' invoked oom-killer:');
    if (asked >= 0) {
      invoker = visibleText(messageOf(line.slice(0, asked)).slice(-64), 64);
      choice = null;
      continue;
    }
    if (line.includes('oom-kill:constraint=')) {
      const cgroup = between(line, 'task_memcg=', ',task=');
      const memcg = line.includes('global_oom') ? null : between(line, 'oom_memcg=', ',task_memcg=');
      choice = { pid: Number(/,pid=(\d{1,10}),/.exec(line)?.[1] ?? 0), cgroup: shown(cgroup), limitedBy: shown(memcg) };
      continue;
    }
    const killed = /Killed process (\d{1,10}),? \(([^\n]{0,64}?)\)((?:,| total-vm:|\.?\s*$).*)$/.exec(line);
    if (killed === null) continue;
    const [, pid = '', victim = '', rest = ''] = killed;
    const seconds = Number(/^\[\s*(\d{1,10}\.\d+)\]/.exec(line)?.[1] ?? Number.NaN);
    const tooOld = uptimeSeconds !== null && seconds < uptimeSeconds - oldestSeconds;
    const own = choice?.pid === Number(pid) ? choice : null;
    if (!tooOld) {
      reports.push({
        when: whenOf(line),
        at: uptimeSeconds === null || Number.isNaN(seconds) ? null : Math.round(now - (uptimeSeconds - seconds) * 1000),
        pid: Number(pid),
        victim: visibleText(victim, 64),
        resident: kib(rest, 'anon-rss') + kib(rest, 'file-rss') + kib(rest, 'shmem-rss'),
        total: kib(rest, 'total-vm'),
        user: /\bUID[: ](\d{1,10})/.exec(rest)?.[1] ?? null,
        cgroup: own?.cgroup ?? null,
        limitedBy: own?.limitedBy ?? (line.includes('Memory cgroup out of memory') ? 'a cgroup' : null),
        invoker,
      });
    }
    // One call of the killer kills one process; the next report begins with who asked.
    invoker = null;
    choice = null;
  }
  return reports.slice(-mostReports);
}

/** The line without its time, host and `kernel:`. */
function messageOf(line: string): string {
  return line.replace(/^\[[^\]]{0,40}\]\s*/, '').replace(/^.{0,120}? kernel: (?:\[[^\]]{0,40}\]\s*)?/, '');
}

function whenOf(line: string): string {
  const bracketed = /^\[\s*([^\]]{1,40})\]/.exec(line)?.[1];
  const journal = /^(\w{3} +\d+ [\d:]{8}|\d{4}-\d\d-\d\dT[\d:+.-]{8,20})/.exec(line)?.[1];
  return visibleText(bracketed ?? journal ?? '', 40);
}

function between(line: string, from: string, to: string): string | null {
  const begin = line.indexOf(from);
  const end = begin < 0 ? -1 : line.indexOf(to, begin + from.length);
  return end < 0 ? null : line.slice(begin + from.length, end);
}

const shown = (text: string | null) => (text === null ? null : visibleText(text, 300));

/** A size as the kernel prints it, in bytes; 0 where there is none. */
function kib(text: string, name: string): number {
  const found = new RegExp(`\\b${name}:(\\d{1,15})kB`).exec(text)?.[1];
  return found === undefined ? 0 : Number(found) * 1024;
}
