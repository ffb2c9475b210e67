import { randomBytes } from 'node:crypto';
import type { BackupHost, BackupJob, BackupRun } from '../../shared/contract/backups.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import { quote } from '../ssh/quote.ts';
import type { Runner } from '../ssh/session.ts';
import { type Answer, readAnswer, type StaticPart } from './collect/answer.ts';
import collectScript from './collect/collect.sh?raw';
import { logOf, unitKey, wantLines } from './collect/wants.ts';
import wrapScript from './collect/wrap.sh?raw';
import { type FoundJob, type FoundJobs, findJobs } from './jobs.ts';
import { lintJob } from './lint/lint.ts';
import { masked } from './lint/masked.ts';
import { readableSecret } from './lint/rsync-rules.ts';
import type { Facts, Found } from './lint/rule.ts';
import { soundZone } from './parse/schedule.ts';
import { readRsyncdConf } from './parse/units.ts';
import { type Evidence, type JudgedState, judgeJob, usualMs } from './state/job-state.ts';
import { type CronStart, cronStarts, readUnitState, type UnitState } from './state/journal-runs.ts';
import { logRuns } from './state/log-runs.ts';
import { daemonRuns, runningJobs } from './state/running.ts';

/** What is sent to a host that is to tell of its backups. Its first line names it for the demo. */
export const backupScript = `# hum backups\nbody=${quote(collectScript)}\n${wrapScript}`;

/** A host may have many crontabs; what is longer than this is no answer. */
const mostBytes = 8 * 1024 * 1024;
const timeoutMs = 90_000;
const mostRuns = 1_000;
/** Two runs of a second: the one that ended in the second of the last answer is asked for again. */
const overlapS = 2;
const nothing: FoundJobs = { jobs: [], scripts: [] };

/** What is known of one host's backups, and how it is asked. It holds no timer. */
export interface HostBackups {
  readonly view: BackupHost;
  /** Whether anything runs now: it is worth asking again soon. */
  readonly active: boolean;
  /** Asks the host; whatever becomes of it stands in `view` after. Never rejects. */
  read(runner: Runner): Promise<void>;
  job(id: string): FoundJob | undefined;
  /** The fix of a finding; `job` null for one of the daemon. Undefined where there is none any more. */
  found(job: string | null, finding: string): Found | undefined;
  logPath(id: string): string | null;
}

export function hostBackups(
  host: string,
  { root = '', now: consoleNow = Date.now }: { readonly root?: string; readonly now?: () => number } = {},
): HostBackups {
  let fixed: StaticPart = { sum: '', files: [], mounts: [], crontabs: false };
  let found: FoundJobs = nothing;
  let stamps: ReadonlyMap<string, string> = new Map();
  let logs: ReadonlyMap<string, readonly BackupRun[]> = new Map();
  let managedRuns: ReadonlyMap<string, readonly BackupRun[]> = new Map();
  let newestEndS = 0;
  let refusedRoot = false;
  let findings: ReadonlyMap<string | null, readonly Found[]> = new Map();
  let view: BackupHost = { host, readAt: null, rights: 'account', clockOffsetMs: 0, timeZone: 'UTC', daemon: null, jobs: [] };

  async function ask(runner: Runner, wants: readonly string[]): Promise<Answer> {
    const nonce = randomBytes(16).toString('hex');
    const args = [refusedRoot ? 'account' : 'root', nonce, root, fixed.sum, String(newestEndS)];
    const result = await runner.run(backupScript, args, {
      timeoutMs,
      maxBytes: mostBytes,
      stdin: wants.map((line) => `${line}\n`).join(''),
    });
    const answer = readAnswer(result.stdout.toString(), nonce);
    if (answer === undefined) throw new HumError(notUnderstood(host, result.stderr.toString()));
    return answer;
  }

  async function readAll(runner: Runner): Promise<void> {
    let wants = wantLines(found, fixed.files, stamps);
    let answer = await ask(runner, wants);
    // What the files tell makes one ask for more: scripts first, then what is in them.
    for (let round = 0; round < 3; round += 1) {
      if (answer.fixed !== null) {
        fixed = answer.fixed;
        found = findJobs(fixed);
      }
      const next = wantLines(found, fixed.files, stamps);
      if (next.join('\n') === wants.join('\n')) break;
      wants = next;
      answer = await ask(runner, wants);
    }
    take(answer);
  }

  function take(answer: Answer): void {
    const zone = soundZone(answer.zone);
    refusedRoot = answer.uid !== 0;
    const [nextStamps, nextLogs] = [new Map<string, string>(), new Map<string, readonly BackupRun[]>()];
    for (const [path, { stamp, changedAt, lines }] of answer.logs) {
      nextStamps.set(path, stamp);
      nextLogs.set(path, lines === null ? (logs.get(path) ?? []) : logRuns(lines, zone, changedAt));
    }
    stamps = nextStamps;
    logs = nextLogs;
    managedRuns = new Map([...answer.runs].map(([job, runs]) => [job, joined(managedRuns.get(job) ?? [], runs)]));
    const ends = [...managedRuns.values()].flatMap((runs) => runs.map(({ endedAt }) => (endedAt ?? 0) / 1000));
    newestEndS = Math.max(0, Math.floor(ends.reduce((most, end) => Math.max(most, end), 0)) - overlapS);
    const units = new Map([...answer.units].map(([name, lines]) => [name, readUnitState(lines, zone)]));
    const pids = new Map([...units].flatMap(([name, { runningPid }]) => (runningPid === null ? [] : [[name, runningPid] as const])));
    const running = runningJobs(found.jobs, answer.processes, pids);
    const starts = cronStarts(answer.cronLines, zone, answer.now);
    const facts: Facts = { ...answer, mounts: fixed.mounts };
    const told = new Map<string | null, readonly Found[]>();
    const jobs = found.jobs.map((job): BackupJob => {
      const evidence = evidenceOf(job, answer, { units, starts, running: running.get(job.id) ?? null });
      const state = judgeJob(job.timing, job.disabled, evidence, answer.now, zone);
      const judged = lintJob({ job, jobs: found.jobs, facts, usualMs: usualMs(state.trend), zone });
      told.set(job.id, judged);
      return { ...neverRuns(state, judged), ...described(job), host, findings: judged.map(({ finding }) => finding) };
    });
    const conf = fixed.files.filter(({ kind }) => kind === 'rsyncd').map(({ text }) => readRsyncdConf(text));
    const secrets = conf.flatMap(({ secretsFiles }) => secretsFiles).flatMap((path) => readableSecret(path, answer.secrets));
    told.set(null, secrets);
    findings = told;
    const serves = daemonRuns(answer.processes);
    view = {
      host,
      readAt: consoleNow(),
      rights: answer.uid === 0 ? 'root' : fixed.crontabs ? 'crontabs' : 'account',
      clockOffsetMs: answer.now - consoleNow(),
      timeZone: zone,
      daemon:
        serves || conf.length > 0
          ? {
              running: serves,
              modules: conf.flatMap(({ modules }) => modules).slice(0, 200),
              findings: secrets.map(({ finding }) => finding),
            }
          : null,
      jobs,
    };
  }

  interface Heard {
    readonly units: ReadonlyMap<string, UnitState>;
    readonly starts: readonly CronStart[];
    readonly running: Evidence['running'];
  }

  /** The best that is known of a job's runs: its status file, its log, the journal of its unit, cron's word that it was started. */
  function evidenceOf(job: FoundJob, answer: Answer, { units, starts, running }: Heard): Evidence {
    const none = { starts: [], lastSuccessAt: null, running, nextAt: null };
    const unit = units.get(unitKey(job.origin) ?? '');
    const nextAt = unit?.nextAt ?? null;
    const status = job.managed === null ? undefined : answer.statuses.get(job.managed);
    if (job.managed !== null && status !== undefined) {
      const runs = managedRuns.get(job.managed) ?? [];
      const last = { startedAt: status.startedAt, endedAt: status.endedAt, exit: status.exit, bytes: null, seconds: null };
      const known = runs.some(({ startedAt, exit }) => startedAt === status.startedAt && exit !== 75);
      const open = status.endedAt === null && status.alive && status.startedAt !== null;
      const own = open && running === null ? { pid: status.pid ?? 0, since: status.startedAt ?? answer.now, bytes: null } : running;
      return { ...none, running: own, from: 'status', runs: known ? runs : [...runs, last], lastSuccessAt: status.lastSuccessAt, nextAt };
    }
    const path = logOf(job);
    const logged = path === null ? undefined : logs.get(path);
    if (logged !== undefined && logged.length > 0) return { ...none, from: 'log', runs: logged, nextAt };
    if (unit !== undefined && unit.runs.length > 0) return { ...none, from: 'journal', runs: unit.runs, nextAt };
    const pattern = job.command.trim().slice(0, 100).trimEnd();
    const own =
      job.entry === null
        ? []
        : starts.filter(({ command, user }) => command.startsWith(pattern) && (job.user === null || user === job.user));
    return { ...none, from: own.length > 0 ? 'syslog' : 'none', runs: [], starts: own.map(({ at }) => at), nextAt };
  }

  return {
    get view() {
      return view;
    },
    get active() {
      return view.jobs.some(({ running }) => running !== null);
    },
    async read(runner) {
      try {
        await readAll(runner);
      } catch (error) {
        const problem = problemOf(error);
        view = { ...view, problem: { ...problem, host } };
      }
    },
    job: (id) => found.jobs.find((job) => job.id === id),
    found: (job, finding) => findings.get(job)?.find((each) => each.finding.id === finding),
    logPath(id) {
      const job = found.jobs.find((each) => each.id === id);
      return job === undefined ? null : logOf(job);
    },
  };
}

const keepsFromRunning: ReadonlySet<string> = new Set(['no-user', 'bad-schedule', 'ignored-name', 'no-final-newline']);

/** A job that cron leaves out fails each time, though nothing says so. */
function neverRuns(state: JudgedState, found: readonly Found[]): JudgedState {
  const why = found.find(({ finding }) => keepsFromRunning.has(finding.id));
  if (why === undefined || state.running !== null) return state;
  return { ...state, state: 'failing', stateWords: `It never runs. ${why.finding.message}`, nextAt: null };
}

/** Adds what is new; the same run may come twice. */
function joined(before: readonly BackupRun[], more: readonly BackupRun[]): readonly BackupRun[] {
  if (more.length === 0) return before;
  const key = ({ startedAt, endedAt, exit }: BackupRun) => `${startedAt} ${endedAt} ${exit}`;
  const known = new Set(before.map(key));
  return [...before, ...more.filter((run) => !known.has(key(run)))].slice(-mostRuns);
}

type Described = Pick<
  BackupJob,
  'id' | 'name' | 'managed' | 'origin' | 'user' | 'schedule' | 'scheduleWords' | 'command' | 'rsync' | 'disabled'
>;

const shownCommand = 4_096;

function described({ id, name, managed, origin, user, timing, command, rsyncs, disabled }: FoundJob): Described {
  const line = rsyncs.find((each) => each.line.destination !== null)?.line ?? rsyncs[0]?.line;
  return {
    id,
    name: name.slice(0, 120),
    managed,
    origin,
    user,
    schedule: timing.text,
    scheduleWords: timing.words,
    command: masked(origin.kind === 'periodic' ? '' : command).slice(0, shownCommand),
    disabled,
    rsync: {
      sources: line?.sources.slice(0, 50) ?? [],
      destination: line?.destination ?? null,
      options: line?.options.slice(0, 200).map(masked) ?? [],
      delete: line?.delete ?? false,
      dryRun: line?.dryRun ?? false,
      compress: line?.compress ?? false,
      bandwidth: line?.bandwidth ?? null,
      logFile: line?.logFile ?? null,
    },
  };
}

function notUnderstood(host: string, said: string): Problem {
  const detail = said.trim().slice(-2048);
  return {
    code: 'bad-answer',
    message: 'What the host said of its backups could not be understood.',
    hint: 'Read again. If it stays so, see whether stat, head, grep and awk are there.',
    host,
    ...(detail === '' ? {} : { detail }),
  };
}
