import { between, randomOf } from './random.ts';
import type { SimulatedHost } from './simulated-host.ts';

/** What the hosts of the demo back up: the jobs of a small company, some well, some not. */

export interface DemoRun {
  /** Unix seconds. */
  readonly started: number;
  readonly ended: number;
  readonly exit: number;
  readonly bytes: number;
}

export interface DemoBackups {
  /** By path; what is executable is named in `programs`. */
  readonly files: ReadonlyMap<string, string>;
  /** The runs of jobs that Hum wrote, by their names. */
  readonly managed: ReadonlyMap<string, readonly DemoRun[]>;
  /** The runs that a log tells of, by its path. */
  readonly logs: ReadonlyMap<string, readonly DemoRun[]>;
  readonly units: ReadonlyMap<string, readonly DemoRun[]>;
  /** The command line that runs now, and since how many seconds. */
  readonly running: { readonly args: readonly string[]; readonly since: number } | null;
  readonly knowsHostKey: boolean;
}

const day = 86_400;

/** A run on each of the last 30 days at a time of day (s), with what each ended with. */
function nightly(
  seed: number,
  at: number,
  usualS: number,
  usualBytes: number,
  exits: (daysAgo: number) => number | null,
  nowS: number,
): readonly DemoRun[] {
  const midnight = nowS - (nowS % day);
  return Array.from({ length: 30 }, (_, index) => 29 - index).flatMap((daysAgo) => {
    const started = midnight - daysAgo * day + at;
    const exit = exits(daysAgo);
    if (exit === null || started + usualS * 1.4 > nowS) return [];
    const random = randomOf(seed, daysAgo);
    const growth = 1 - daysAgo / 120;
    const bytes = exit === 255 ? 0 : Math.round(usualBytes * growth * between(random, 0.8, 1.2));
    return [{ started, ended: started + Math.round(usualS * growth * between(random, 0.8, 1.25)), exit, bytes }];
  });
}

function placeOf(destination: string): object {
  const there = { user: null, port: null };
  const [, host = '', module = ''] = /^(?:rsync:\/\/)?([^:/@]+)(?:::|\/)(.+)$/.exec(destination) ?? [];
  if (module !== '') return { kind: 'daemon', ...there, host, path: module, passwordFile: null };
  const [, user = null, far = '', path = destination] = /^(?:([^@]+)@)?([^:/]+):(.+)$/.exec(destination) ?? [];
  return far === '' ? { kind: 'local', path } : { kind: 'ssh', ...there, host: far, user, keyFile: null, path };
}

/** The definition of a job as the head of its script holds it, so that its page opens it; the rest of the script is not what Hum writes today. */
function definitionLine(name: string, schedule: string, source: string, destination: string): string {
  const off = { hardLinks: false, acls: false, xattrs: false, compress: false, oneFileSystem: false, sparse: false, checksum: false };
  const definition = {
    name,
    user: 'root',
    sources: [source],
    destination: placeOf(destination),
    schedule,
    scheduler: 'cron',
    options: { ...off, archive: true, numericIds: true, delete: true, listFiles: false },
    excludes: [],
    bandwidthKib: null,
    keep: { kind: 'mirror' },
    extra: [],
    before: '',
    after: '',
    nice: null,
    ionice: null,
    mailTo: null,
  };
  return `# hum-job 1 ${Buffer.from(JSON.stringify(definition)).toString('base64url')}`;
}

const script = (name: string, schedule: string, source: string, destination: string) => `#!/bin/sh
# Written by Hum; edit it there.
${definitionLine(name, schedule, source, destination)}
exec 9> /var/lib/hum/jobs/${name}/lock
flock -n 9 || exit 75
rsync -a --delete --numeric-ids ${source} ${destination}
`;
const cron = (schedule: string, name: string) =>
  `# Written by Hum; edit it there.\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nMAILTO=""\n${schedule} root /etc/hum/jobs/${name}.sh\n`;

/** The backups of a host at this moment. The same host always has the same jobs. */
export function backupsOf({ profile }: SimulatedHost, nowS: number): DemoBackups {
  const { kind, name, index } = profile;
  const group = kind.group;
  const files = new Map<string, string>([['/etc/crontab', 'SHELL=/bin/sh\n25 6 * * * root run-parts --report /etc/cron.daily\n']]);
  const managed = new Map<string, readonly DemoRun[]>();
  const logs = new Map<string, readonly DemoRun[]>();
  const units = new Map<string, readonly DemoRun[]>();
  let running: DemoBackups['running'] = null;
  const well = () => 0;
  const makeManaged = (job: string, schedule: string, source: string, destination: string, runs: readonly DemoRun[]) => {
    files.set(`/etc/hum/jobs/${job}.sh`, script(job, schedule, source, destination));
    files.set(`/etc/cron.d/hum-${job}`, cron(schedule, job));
    managed.set(job, runs);
  };
  switch (group) {
    case 'web':
      makeManaged(
        'www',
        '30 1 * * *',
        '/var/www/',
        `backup@vault:/srv/backup/${name}`,
        nightly(index, 5_400, 420, 3e9, (ago) => (ago % 11 === 4 ? 24 : 0), nowS),
      );
      if (index % 4 === 1) {
        files.set('/etc/cron.d/backup', `* * * * * rsync -avz /var/www/html/ user@backupserver:/backup/${name}`);
      } else {
        files.set('/etc/cron.d/uploads.sh', '15 */6 * * * www-data rsync -a /srv/uploads/ vault:/srv/backup/uploads >/dev/null 2>&1\n');
      }
      break;
    case 'db':
      files.set(
        '/etc/systemd/system/pg-base.timer',
        '[Unit]\nDescription=Base backup\n[Timer]\nOnCalendar=*-*-* 03:15\nRandomizedDelaySec=10min\n',
      );
      files.set(
        '/etc/systemd/system/pg-base.service',
        '[Service]\nType=oneshot\nUser=postgres\nExecStart=/usr/bin/rsync -a --delete /var/lib/pgsql/base/ vault:/srv/backup/pg\n',
      );
      units.set(
        'pg-base.service',
        nightly(index, 11_700, 2_400, 4e10, (ago) => (index % 2 === 1 && ago < 2 ? 12 : 0), nowS),
      );
      files.set(
        '/etc/cron.d/wal',
        'MAILTO=dba@example.org\n*/15 * * * * postgres flock -n /run/lock/wal rsync -a --log-file=/var/log/wal.log /var/lib/pgsql/wal/ vault:/srv/backup/wal\n',
      );
      logs.set('/var/log/wal.log', [{ started: nowS - 640, ended: nowS - 628, exit: 0, bytes: 1.6e7 }]);
      break;
    case 'app':
      files.set(
        '/etc/cron.daily/app-data',
        '#!/bin/sh\nset -e\nSRC=/srv/app\nrsync -az --log-file=/var/log/app-backup.log "$SRC/data" /mnt/disk2/data\n',
      );
      logs.set(
        '/var/log/app-backup.log',
        nightly(index, 23_200, 900, 6e9, (ago) => (ago === 9 || ago === 17 ? 23 : 0), nowS),
      );
      break;
    case 'dom0':
      makeManaged(
        'xen-config',
        '45 2 * * *',
        '/etc/xen/',
        `vault::xen/${name}`,
        nightly(index, 9_900, 8, 4e5, (ago) => (index % 5 === 0 && ago < 3 ? null : 0), nowS),
      );
      break;
    case 'backup':
      files.set(
        '/etc/rsyncd.conf',
        'secrets file = /etc/rsyncd.secrets\n[xen]\npath = /srv/backup/xen\nread only = no\nauth users = xen\n[pub]\npath = /srv/pub\n',
      );
      makeManaged(
        'offsite',
        '0 4 * * *',
        '/srv/backup/',
        'rsync://mirror.example.net/company',
        nightly(index, 14_400, 9_000, 2e11, well, nowS),
      );
      files.set(
        '/etc/cron.d/photos',
        '10 */2 * * * root flock -n /run/lock/photos rsync -a --delete --bwlimit=20m /srv/photos/ /mnt/tape/photos\n',
      );
      running = { args: ['rsync', '-a', '--delete', '--bwlimit=20m', '/srv/photos/', '/mnt/tape/photos'], since: 1_500 };
      break;
    default:
      break;
  }
  return { files, managed, logs, units, running, knowsHostKey: index % 4 !== 1 };
}
