import type { ProcessRow } from '../../shared/contract/fleet.ts';
import { visibleText } from '../../shared/visible-text.ts';

const maxRows = 10;
const statusLine = /\/(\d{1,10})\/status:(Name|Uid|VmRSS):\s*(.*)$/;
const passwdLine = /^\/etc\/passwd:([^:]+):[^:]*:(\d{1,10}):/;

/**
 * Reads what the `processes` section prints: lines of /proc/<pid>/status (proc_pid_status(5)), then of /etc/passwd. Largest first.
 * A user who is not in /etc/passwd is shown as the number. A process that ended in between is left out.
 */
export function parseProcesses(text: string): ProcessRow[] {
  const found = new Map<number, { command?: string; uid?: string; residentBytes?: number }>();
  const users = new Map<string, string>();
  for (const line of text.split('\n')) {
    const user = passwdLine.exec(line);
    if (user?.[1] !== undefined && user[2] !== undefined) {
      if (!users.has(user[2])) users.set(user[2], user[1]);
      continue;
    }
    const [, id, field, value = ''] = statusLine.exec(line) ?? [];
    if (id === undefined || found.size > 1000) continue;
    const pid = Number(id);
    const entry = found.get(pid) ?? {};
    found.set(pid, entry);
    if (field === 'Name') entry.command = value;
    else if (field === 'Uid') entry.uid = value.split('\t', 1)[0] ?? '';
    else entry.residentBytes = Number.parseInt(value, 10) * 1024;
  }
  const rows: ProcessRow[] = [];
  for (const [pid, { command, uid, residentBytes }] of found) {
    if (command === undefined || uid === undefined || residentBytes === undefined || !(residentBytes >= 0)) continue;
    rows.push({ pid, user: visibleText(users.get(uid) ?? uid, 64), command: visibleText(command, 64), residentBytes });
  }
  return rows.sort((a, b) => b.residentBytes - a.residentBytes || a.pid - b.pid).slice(0, maxRows);
}
