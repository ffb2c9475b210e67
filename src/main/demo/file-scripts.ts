import { createHash } from 'node:crypto';
import { hostFiles } from './host-files.ts';
import type { ScriptCall } from './script-call.ts';
import { type Answer, failed, printed } from './xen/answer.ts';

/** What main/plans/file-write.sh and file-restore.sh do, on the files of a simulated host: the same arguments, the same exit statuses. */

const [changed, keptIsGone, shortWrite] = [81, 82, 83];

export function writeFile({ host, args, stdin }: ScriptCall): Answer {
  const [named = '', suffix = '', expected = '', version = ''] = args;
  const { files, path } = filesOf(host, named);
  if (!files) return failed(1, `cat: ${path}: Permission denied`);
  const kept = suffix.startsWith('/') ? suffix : `${path}${suffix}`;
  const before = files.get(path);
  const now = before === undefined ? '' : versionOf(before);
  if (before !== undefined && now === version && (now !== expected || files.has(kept))) return printed('');
  if (now !== expected) return failed(changed);
  // Whoever cancels cuts it off.
  const content = stdin.toString();
  if (versionOf(content) !== version) return failed(shortWrite);
  if (before !== undefined && !files.has(kept)) files.set(kept, before);
  files.set(path, content);
  return printed('');
}

export function restoreFile({ host, args }: ScriptCall): Answer {
  const [named = '', suffix = '', expected = '', version = ''] = args;
  const { files, path } = filesOf(host, named);
  if (!files) return failed(1, `mv: cannot move '${path}': Permission denied`);
  const kept = suffix.startsWith('/') ? suffix : `${path}${suffix}`;
  const text = files.get(path);
  const now = text === undefined ? undefined : versionOf(text);
  if (expected === '') {
    if (now !== undefined && now !== version) return failed(changed);
    files.delete(path);
    return printed('');
  }
  if (now === expected) {
    files.delete(kept);
    return printed('');
  }
  if (now !== undefined && now !== version) return failed(changed);
  const before = files.get(kept);
  if (before === undefined || versionOf(before) !== expected) return failed(keptIsGone);
  files.set(path, before);
  files.delete(kept);
  return printed('');
}

/** What main/backups/lint/rename.sh does. */
export function rename({ host, args: [from = '', to = ''] }: ScriptCall): Answer {
  const files = hostFiles(host);
  const text = files.get(from);
  if (text === undefined) return files.has(to) ? printed('') : failed(changed);
  if (files.has(to)) return failed(changed);
  files.delete(from);
  files.set(to, text);
  return printed('');
}

/** The files that this login may write, and the path behind a link. */
function filesOf(host: ScriptCall['host'], named: string) {
  const files = host.profile.user === 'root' ? hostFiles(host) : undefined;
  return { files, path: host.xen?.machine.realPath(named) ?? named };
}

function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
