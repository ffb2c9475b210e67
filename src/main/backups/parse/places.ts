import type { BackupPlace } from '../../../shared/contract/backups.ts';

/**
 * Where an argument of rsync points (rsync(1), USAGE): `host:path` by ssh, `host::module` and `rsync://host/module` by a daemon, else a local path. A
 * colon after a slash belongs to a path.
 */
export function readPlace(argument: string): BackupPlace {
  const url = /^rsync:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d{1,5}))?(?:\/(.*))?$/s.exec(argument);
  if (url !== null) {
    const [, user, host = '', port, path = ''] = url;
    return { kind: 'daemon', host: bare(host), user: user?.split(':')[0] || null, port: port === undefined ? null : Number(port), path };
  }
  const remote = /^(?:([^@/:]*)@)?(\[[^\]]*\]|[^:/[]+):(:?)(.*)$/s.exec(argument);
  if (remote !== null) {
    const [, user, host = '', second, path = ''] = remote;
    return { kind: second === ':' ? 'daemon' : 'ssh', host: bare(host), user: user || null, port: null, path };
  }
  return { kind: 'local', host: null, user: null, port: null, path: argument };
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}
