import type { JobDefinition, JobDestination } from '../../../shared/contract/backup-jobs.ts';
import { quote } from '../../ssh/quote.ts';

/** A word of a script as a person likes to read it: quoted unless it plainly needs no quotes. */
export function scriptWord(text: string): string {
  return /^[A-Za-z0-9_@%+:,./-][A-Za-z0-9_@%+=:,./-]*$/.test(text) ? text : quote(text);
}

/** The remote shell that rsync is to use. Everything in it is free of what rsync would take apart. */
export function remoteShell({ port, keyFile }: Pick<Extract<JobDestination, { kind: 'ssh' }>, 'port' | 'keyFile'>): readonly string[] {
  return [
    'ssh',
    '-o',
    'BatchMode=yes',
    '-o',
    'ConnectTimeout=20',
    '-o',
    'ServerAliveInterval=30',
    ...(port === null ? [] : ['-p', String(port)]),
    ...(keyFile === null ? [] : ['-i', keyFile]),
  ];
}

/** `user@host` as ssh(1) takes it. */
export function farAccount({ host, user }: { readonly host: string; readonly user: string | null }): string {
  return user === null ? host : `${user}@${host}`;
}

/** rsync(1) needs brackets around an address with colons. */
function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** The path of the folder that the copies are put into, without what Hum adds to it. */
export function placeOf(destination: JobDestination): string {
  return destination.path.replace(/\/+$/, '') || '/';
}

/** The destination as an argument of rsync. */
export function destinationWord(destination: JobDestination, path: string): string {
  switch (destination.kind) {
    case 'local':
      return path;
    case 'ssh':
      return `${farAccount({ host: bracketed(destination.host), user: destination.user })}:${path}`;
    case 'daemon': {
      const port = destination.port === null ? '' : `:${destination.port}`;
      return `rsync://${farAccount({ host: bracketed(destination.host), user: destination.user })}${port}/${path}`;
    }
  }
}

const named = {
  archive: '--archive',
  hardLinks: '--hard-links',
  acls: '--acls',
  xattrs: '--xattrs',
  numericIds: '--numeric-ids',
  compress: '--compress',
  oneFileSystem: '--one-file-system',
  sparse: '--sparse',
  checksum: '--checksum',
  delete: '--delete',
  listFiles: '--itemize-changes',
} as const;

/** The options of rsync for a job, as words of a script, in the order of the page. `"$stamp"` in one is the script's own. */
export function optionWords({ options, destination, keep, excludes, bandwidthKib, extra }: JobDefinition): readonly string[] {
  const chosen = Object.entries(named).flatMap(([key, word]) => (options[key as keyof typeof named] ? [word] : []));
  // Without it rsync before 3.2.4 lets the shell on the other side read the path.
  const guarded = destination.kind === 'ssh' && !/^[A-Za-z0-9_./-]+$/.test(destination.path) ? ['--protect-args'] : [];
  const kept =
    keep.kind === 'snapshots'
      ? ['--link-dest=../latest']
      : keep.kind === 'changed'
        ? ['--backup', '--backup-dir=.hum-changed/"$stamp"', '--exclude=/.hum-changed']
        : [];
  return [
    ...chosen,
    ...guarded,
    ...kept,
    ...(bandwidthKib === null ? [] : [`--bwlimit=${bandwidthKib}`]),
    ...excludes.map((pattern) => `--exclude=${scriptWord(pattern)}`),
    ...extra.map(scriptWord),
    ...(destination.kind === 'ssh' ? [`--rsh=${quote(remoteShell(destination).join(' '))}`] : []),
    ...(destination.kind === 'daemon' && destination.passwordFile !== null
      ? [`--password-file=${scriptWord(destination.passwordFile)}`]
      : []),
  ];
}
