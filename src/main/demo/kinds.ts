/** What the machines of a small company do, and what runs on them. */

export interface ProcessPlan {
  /** At most 15 characters, as the kernel keeps it (proc(5), `comm`). */
  readonly command: string;
  readonly user: string;
  /** Share of the host's application memory, of all copies together. */
  readonly share: number;
  readonly copies: number;
}

export interface Kind {
  readonly group: string;
  readonly tags: readonly string[];
  /** How names begin: `web` gives web01, web02, … */
  readonly prefix: string;
  readonly sizesGib: readonly [number, ...number[]];
  readonly cores: readonly [number, ...number[]];
  /** Application memory of total, on an ordinary moment of the day. */
  readonly appsOfTotal: number;
  /** Share of total that is set aside as huge pages. */
  readonly hugeOfTotal: number;
  readonly cpuBusy: number;
  readonly networkPerSecond: number;
  readonly processes: readonly ProcessPlan[];
}

const plan = (command: string, user: string, share: number, copies = 1): ProcessPlan => ({ command, user, share, copies });

export const kinds = {
  dom0: {
    group: 'dom0',
    tags: ['dom0', 'xen'],
    prefix: 'xen',
    sizesGib: [4, 8, 8, 16],
    cores: [8, 16, 32],
    appsOfTotal: 0.34,
    hugeOfTotal: 0,
    cpuBusy: 0.07,
    networkPerSecond: 9e6,
    processes: [plan('qemu-system-i38', 'root', 0.62, 6), plan('xenstored', 'root', 0.1), plan('xenconsoled', 'root', 0.03)],
  },
  web: {
    group: 'web',
    tags: ['web', 'production'],
    prefix: 'web',
    sizesGib: [8, 16, 16, 32],
    cores: [4, 8],
    appsOfTotal: 0.42,
    hugeOfTotal: 0,
    cpuBusy: 0.22,
    networkPerSecond: 3e6,
    processes: [plan('php-fpm8.2', 'www-data', 0.5, 8), plan('node', 'www-data', 0.26, 2), plan('nginx', 'www-data', 0.1, 4)],
  },
  db: {
    group: 'db',
    tags: ['db', 'production'],
    prefix: 'db',
    sizesGib: [64, 128, 256],
    cores: [16, 32],
    appsOfTotal: 0.44,
    hugeOfTotal: 0.22,
    cpuBusy: 0.18,
    networkPerSecond: 2e6,
    processes: [plan('postgres', 'postgres', 0.86, 12), plan('pgbouncer', 'postgres', 0.05)],
  },
  build: {
    group: 'build',
    tags: ['build', 'ci'],
    prefix: 'build',
    sizesGib: [32, 64],
    cores: [16, 32],
    appsOfTotal: 0.38,
    hugeOfTotal: 0,
    cpuBusy: 0.45,
    networkPerSecond: 1.2e6,
    processes: [plan('java', 'ci', 0.34, 2), plan('cc1plus', 'ci', 0.44, 8), plan('ld', 'ci', 0.12)],
  },
  backup: {
    group: 'backup',
    tags: ['backup'],
    prefix: 'backup',
    sizesGib: [8, 16],
    cores: [4, 8],
    appsOfTotal: 0.24,
    hugeOfTotal: 0,
    cpuBusy: 0.16,
    networkPerSecond: 2.4e7,
    processes: [plan('rsync', 'root', 0.6, 5), plan('smbd', 'root', 0.14, 2)],
  },
  mail: {
    group: 'mail',
    tags: ['mail', 'production'],
    prefix: 'mail',
    sizesGib: [8, 16],
    cores: [4],
    appsOfTotal: 0.48,
    hugeOfTotal: 0,
    cpuBusy: 0.1,
    networkPerSecond: 6e5,
    processes: [
      plan('clamd', 'clamav', 0.4),
      plan('rspamd', '_rspamd', 0.3, 4),
      plan('imap', 'vmail', 0.14, 4),
      plan('dovecot', 'root', 0.02),
    ],
  },
  monitoring: {
    group: 'monitoring',
    tags: ['monitoring'],
    prefix: 'mon',
    sizesGib: [16],
    cores: [4, 8],
    appsOfTotal: 0.5,
    hugeOfTotal: 0,
    cpuBusy: 0.14,
    networkPerSecond: 8e5,
    processes: [plan('prometheus', 'prometheus', 0.66), plan('grafana', 'grafana', 0.14), plan('alertmanager', 'prometheus', 0.06)],
  },
  app: {
    group: 'app',
    tags: ['app', 'production'],
    prefix: 'app',
    sizesGib: [16, 32, 32],
    cores: [8, 16],
    appsOfTotal: 0.55,
    hugeOfTotal: 0,
    cpuBusy: 0.2,
    networkPerSecond: 1.4e6,
    processes: [plan('java', 'app', 0.7, 2), plan('python3', 'app', 0.18, 4)],
  },
  cache: {
    group: 'cache',
    tags: ['cache', 'production'],
    prefix: 'cache',
    sizesGib: [32, 64, 128],
    cores: [8],
    appsOfTotal: 0.62,
    hugeOfTotal: 0,
    cpuBusy: 0.09,
    networkPerSecond: 1.1e7,
    processes: [plan('redis-server', 'redis', 0.72, 2), plan('memcached', 'memcache', 0.2)],
  },
} as const satisfies Record<string, Kind>;

export type KindName = keyof typeof kinds;

/** What every machine runs beside its work. */
export const everywhere: readonly ProcessPlan[] = [
  plan('systemd', 'root', 0.004),
  plan('systemd-journal', 'root', 0.02),
  plan('systemd-udevd', 'root', 0.003),
  plan('systemd-logind', 'root', 0.003),
  plan('dbus-daemon', 'messagebus', 0.002),
  plan('rsyslogd', 'syslog', 0.004),
  plan('cron', 'root', 0.001),
  plan('chronyd', '_chrony', 0.001),
  plan('sshd', 'root', 0.006, 3),
  plan('agetty', 'root', 0.001),
];

export const kernelThreads = ['kthreadd', 'rcu_preempt', 'migration/0', 'ksoftirqd/0', 'kswapd0', 'kworker/u8:1-ev', 'jbd2/xvda1-8'];

/** Accounts of the demo hosts, as /etc/passwd has them. */
export const userIds: Readonly<Record<string, number>> = {
  root: 0,
  'www-data': 33,
  messagebus: 101,
  syslog: 104,
  _chrony: 105,
  postgres: 106,
  clamav: 107,
  _rspamd: 108,
  redis: 109,
  memcache: 110,
  prometheus: 111,
  grafana: 472,
  ci: 1001,
  app: 1002,
  vmail: 5000,
};
