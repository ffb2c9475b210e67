import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jobScript } from '../../src/main/backups/managed/job-script.ts';
import type { JobDefinition } from '../../src/shared/contract/backup-jobs.ts';

/** The shells that a host may have as its /bin/sh. */
export const jobShells: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh'], ['bash', '--posix']];

export const plainOptions: JobDefinition['options'] = {
  archive: true,
  hardLinks: false,
  acls: false,
  xattrs: false,
  numericIds: false,
  compress: false,
  oneFileSystem: false,
  sparse: false,
  checksum: false,
  delete: false,
  listFiles: false,
};

/** A job from one folder to another, with what is different about it. */
export function someJob(change: Partial<JobDefinition> = {}): JobDefinition {
  return {
    name: 'web',
    user: 'root',
    sources: ['/srv/www/'],
    destination: { kind: 'local', path: '/backup/web' },
    schedule: '15 3 * * *',
    scheduler: 'cron',
    options: plainOptions,
    excludes: [],
    bandwidthKib: null,
    keep: { kind: 'mirror' },
    extra: [],
    before: '',
    after: '',
    nice: null,
    ionice: null,
    mailTo: null,
    ...change,
  };
}

export interface JobStatus {
  readonly job: string;
  readonly pid: number;
  readonly started: number;
  readonly ended: number | null;
  readonly exit: number | null;
  readonly lastSuccess: number | null;
  readonly bytes: number | null;
  readonly files: number | null;
  readonly seconds: number | null;
  readonly trigger: string;
  readonly skipped?: boolean;
}

/** A root folder in which the scripts of jobs run, as they are on a host. */
export function jobRoom(shell: readonly string[] = ['dash']) {
  const dir = mkdtempSync(join(tmpdir(), 'hum-job-'));
  const state = join(dir, 'root/var/lib/hum/jobs/web');
  mkdirSync(join(dir, 'bin'));
  const file = join(dir, 'job.sh');
  const env = () => ({ PATH: `${join(dir, 'bin')}:/usr/bin:/bin:/usr/sbin`, HOME: dir, HUM_ROOT: join(dir, 'root') });
  const put = (job: JobDefinition) => {
    writeFileSync(file, jobScript(job));
    chmodSync(file, 0o755);
  };
  return {
    dir,
    state,
    at: (name: string) => join(dir, name),
    /** A program before those of this machine. */
    program(name: string, text: string): void {
      writeFileSync(join(dir, 'bin', name), text);
      chmodSync(join(dir, 'bin', name), 0o755);
    },
    run(job: JobDefinition, ...args: readonly string[]) {
      put(job);
      const { status, stdout, stderr } = spawnSync(shell[0] ?? 'sh', [...shell.slice(1), file, ...args], {
        env: env(),
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      });
      return { code: status, stdout, stderr };
    },
    start(job: JobDefinition, ...args: readonly string[]) {
      put(job);
      return spawn(shell[0] ?? 'sh', [...shell.slice(1), file, ...args], { env: env(), stdio: ['ignore', 'pipe', 'pipe'] });
    },
    status: (): JobStatus => JSON.parse(readFileSync(join(state, 'status.json'), 'utf8')) as JobStatus,
    hasStatus: () => existsSync(join(state, 'status.json')),
    runs: (): readonly JobStatus[] =>
      readFileSync(join(state, 'runs.jsonl'), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as JobStatus),
    log: () => readFileSync(join(state, 'log'), 'utf8'),
    close: () => rmSync(dir, { recursive: true, force: true }),
  };
}
