import type {
  Adoption,
  ChangePreview,
  FolderListing,
  HostChange,
  JobChange,
  JobDefinition,
  JobRead,
  TestEvent,
} from '../../../shared/contract/backup-jobs.ts';
import { HumError, problemOf } from '../../../shared/errors.ts';
import { versionOf } from '../../plans/file-step.ts';
import type { Plan, PlanRunner } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import type { Runner } from '../../ssh/session.ts';
import { abortable } from '../../stream.ts';
import { adoptLine, isCrontab } from './adopt.ts';
import { changedSince, commented, crontabOf, filesOf, nextRuns, notesOf, readFolder, whyNot } from './change-parts.ts';
import { inTheWay, nameTaken, noCrontab, noSuchJob, notUnderstood, oneFolder, underWay } from './change-problems.ts';
import { definitionFor } from './definition-for.ts';
import { type HostLook, lookAtJob } from './host-look.ts';
import { jobParts, jobTexts, noTexts, readJob, textsVersion } from './job-files.ts';
import { type FileMove, fileMoves, jobPlan, jobSubject } from './job-plan.ts';
import { createJobRuns, type JobRuns } from './job-runs.ts';
import { testJob } from './job-test.ts';
import { keepLooks } from './kept-looks.ts';
import browseScript from './scripts/browse.sh?raw';

export interface BackupJobsDeps {
  readonly plans: Pick<PlanRunner, 'busy' | 'start'>;
  /** What runs scripts as root on a host. @throws HumError when there is no connection, `not-permitted` */
  readonly root: (host: string) => Pick<Runner, 'run'>;
  readonly hostName: (host: string) => string;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** The backup jobs that Hum makes: their files, their changes, their test and their runs. */
export interface BackupJobs {
  /** @throws HumError `not-found`, and why the host cannot be asked */
  read(host: string, name: string): Promise<JobRead>;
  /** @throws HumError `bad-input`, `not-found`, `config-invalid`, and why the host cannot be asked */
  adopt(host: string, file: string, line: number): Promise<Adoption>;
  /** @throws HumError `not-found`, `not-permitted`, and why the host cannot be asked */
  browse(host: string, path: string): Promise<FolderListing>;
  preview(hosts: readonly string[], change: JobChange): Promise<ChangePreview>;
  /** @throws HumError `plan-changed`, `conflict`, `journal-failed`, and why nothing of it is possible */
  start(
    hosts: readonly string[],
    change: JobChange,
    digest: string,
  ): Promise<{ readonly batch: string; readonly plans: readonly string[] }>;
  test(host: string, definition: JobDefinition, signal?: AbortSignal): AsyncGenerator<TestEvent, void, void>;
  run(host: string, definition: JobDefinition): { readonly id: string };
  watchRun: JobRuns['watch'];
  stopRun: JobRuns['stopRun'];
  stop(): void;
}

interface Prepared {
  readonly view: HostChange;
  readonly plan?: Plan;
}

/** Hosts that are asked side by side. */
const atOnce = 16;
/** So few are asked anew for each preview. */
const fewHosts = 8;
const mostEntries = 2_000;

export function createBackupJobs({ plans, root, hostName, now = Date.now }: BackupJobsDeps): BackupJobs {
  const runs = createJobRuns(root, now);
  const looks = keepLooks(root, now);
  const stopping = new AbortController();

  async function prepareOn(host: string, change: JobChange, fresh: boolean): Promise<Prepared> {
    try {
      return await prepare(host, change, fresh);
    } catch (error) {
      return { view: { host, kind: 'refused', problem: { ...problemOf(error), host } } };
    }
  }

  async function prepare(host: string, change: JobChange, fresh: boolean): Promise<Prepared> {
    const wanted = change.kind === 'save' ? definitionFor(change.definition, hostName(host)) : undefined;
    const name = wanted?.name ?? (change.kind === 'save' ? change.definition.name : change.name);
    if (plans.busy(jobSubject(host, name))) throw new HumError(underWay(name));
    const adopt = change.kind === 'save' ? change.adopt : null;
    if (adopt !== null && !isCrontab(adopt.file)) throw new HumError(noCrontab(adopt.file));
    const look = await looks.look(host, { name, user: wanted?.user ?? '', foreign: adopt?.file ?? '' }, fresh);
    if (look.odd.length > 0) throw new HumError(inTheWay(name));
    const version = textsVersion(look.texts);
    const current = readJob(look.texts);
    const isThere = jobParts.some((part) => look.texts[part] !== null);
    const base = { host, hostName: hostName(host), name };
    const before = { ...noTexts, ...look.texts };
    const timerBefore = look.texts.timer !== null && (current === undefined || current.disabled === null);

    if (change.kind === 'save' && wanted !== undefined) {
      if (change.version === null && isThere) throw new HumError(nameTaken(name, hostName(host)));
      if (change.version !== null && change.version !== version) return { view: changedSince(host, name, version, look) };
      const cannot = whyNot(wanted, look);
      if (cannot !== undefined) throw new HumError(cannot);
      const disabled = current?.disabled ?? null;
      const after = jobTexts({ definition: wanted, disabled });
      const moves: FileMove[] = [...fileMoves(name, before, after)];
      if (adopt !== null) moves.push(commented(adopt, look, name));
      const timer = { before: timerBefore, after: wanted.scheduler === 'timer' && disabled === null };
      const plan = jobPlan({ ...base, doing: 'Save backup', kind: 'backups.save', user: wanted.user, moves, timer });
      return ready({ ...base, definition: wanted, look, moves, plan });
    }
    if (!isThere) throw new HumError(noSuchJob(name, hostName(host)));
    if (change.kind === 'remove') {
      const moves = fileMoves(name, before, noTexts);
      const plan = jobPlan({
        ...base,
        doing: 'Remove backup',
        kind: 'backups.remove',
        user: null,
        moves,
        timer: { before: timerBefore, after: false },
      });
      return ready({ ...base, definition: current?.definition, look, moves, plan });
    }
    if (current === undefined) throw new HumError(notUnderstood(name));
    const disabled = change.kind === 'disable' ? change.reason : null;
    const moves = fileMoves(name, before, jobTexts({ definition: current.definition, disabled }));
    const timer = { before: timerBefore, after: current.definition.scheduler === 'timer' && disabled === null };
    const doing = change.kind === 'disable' ? 'Disable backup' : 'Enable backup';
    const plan = jobPlan({ ...base, doing, kind: `backups.${change.kind}`, user: null, moves, timer });
    return ready({ ...base, definition: current.definition, look, moves, plan });
  }

  function ready(parts: {
    readonly host: string;
    readonly name: string;
    readonly definition: JobDefinition | undefined;
    readonly look: HostLook;
    readonly moves: readonly FileMove[];
    readonly plan: Plan;
  }): Prepared {
    const { host, definition, look, moves, plan } = parts;
    if (definition === undefined && moves.length === 0) throw new HumError(notUnderstood(parts.name));
    const view: HostChange = {
      host,
      kind: 'ready',
      definition: definition ?? null,
      files: moves,
      steps:
        moves.length === 0
          ? []
          : plan.steps.map(({ title, host: on, action, undo }) => ({ title, host: on, command: action.shown, undo: undo?.shown ?? null })),
      notes: definition === undefined ? [] : notesOf(definition, look, now()),
      nextRuns: definition === undefined ? [] : nextRuns(definition.schedule, look.zone, now()),
      zone: look.zone,
    };
    return { view, ...(moves.length === 0 ? {} : { plan }) };
  }

  async function prepareAll(hosts: readonly string[], change: JobChange, fresh: boolean): Promise<readonly Prepared[]> {
    const ids = [...new Set(hosts)];
    if (ids.length > 1 && change.kind === 'save' && (change.version !== null || change.adopt !== null)) {
      throw new HumError({
        code: 'bad-input',
        message: 'A job that is there, and a line that is taken over, belong to one host.',
        hint: 'Choose one host, or copy the job.',
      });
    }
    if (ids.length > 1 && change.kind === 'save' && wouldMix(change.definition, ids.map(hostName)))
      throw new HumError(oneFolder(change.definition));
    const prepared: Prepared[] = [];
    for (let from = 0; from < ids.length; from += atOnce) {
      prepared.push(...(await Promise.all(ids.slice(from, from + atOnce).map((host) => prepareOn(host, change, fresh)))));
    }
    return prepared;
  }

  return {
    async read(host, name) {
      const look = await lookAtJob(root(host), name, '');
      const job = readJob(look.texts);
      if (job === undefined)
        throw new HumError(jobParts.some((part) => look.texts[part] !== null) ? notUnderstood(name) : noSuchJob(name, hostName(host)));
      return {
        ...job,
        version: textsVersion(look.texts),
        files: filesOf(name, look).flatMap(({ path, text }) => (text === null ? [] : [{ path, text }])),
      };
    },

    async adopt(host, file, line) {
      if (!isCrontab(file)) throw new HumError(noCrontab(file));
      const look = await lookAtJob(root(host), 'none', '', file);
      const text = crontabOf(look, file).split('\n')[line - 1];
      if (text === undefined)
        throw new HumError({
          code: 'not-found',
          message: `${shownWord(file)} has no line ${line}.`,
          hint: 'It was changed since it was read: look at the list again.',
        });
      const name = file.startsWith('/etc/cron.d/') ? file.slice(file.lastIndexOf('/') + 1) : `backup-${line}`;
      const fit =
        name
          .toLowerCase()
          .replaceAll(/[^a-z0-9-]+/g, '-')
          .replace(/^-+/, '')
          .slice(0, 41) || 'backup';
      return { line: { file, line, text }, ...adoptLine(text, file, fit) };
    },

    async browse(host, path) {
      const { code, stdout } = await root(host).run(browseScript, [path, String(mostEntries)], { timeoutMs: 30_000 });
      if (code === 81)
        throw new HumError({
          code: 'not-found',
          message: `${shownWord(path)} is no folder on ${shownWord(hostName(host))}.`,
          hint: 'Go up, and choose another.',
          host,
        });
      if (code !== 0)
        throw new HumError({ code: 'not-permitted', message: `${shownWord(path)} cannot be read.`, hint: 'Choose another folder.', host });
      return readFolder(path, stdout);
    },

    async preview(hosts, change) {
      const prepared = await prepareAll(hosts, change, hosts.length <= fewHosts);
      return { hosts: prepared.map(({ view }) => view), digest: digestOf(prepared) };
    },

    async start(hosts, change, digest) {
      const prepared = await prepareAll(hosts, change, true);
      if (digestOf(prepared) !== digest) {
        throw new HumError({
          code: 'plan-changed',
          message: 'Something has changed on a host since this was shown; nothing was started.',
          hint: 'Look at it as it is now, and decide again.',
        });
      }
      const possible = prepared.flatMap(({ plan }) => plan ?? []);
      const refused = prepared.find(({ view }) => view.kind === 'refused')?.view;
      if (possible.length === 0) {
        throw new HumError(
          refused?.kind === 'refused'
            ? refused.problem
            : {
                code: 'wrong-state',
                message: 'There is nothing to change: the files are like this already.',
                hint: 'Change something, or leave it.',
              },
        );
      }
      const { batch, ids } = plans.start(possible);
      return { batch, plans: ids };
    },

    test: (host, definition, signal) =>
      abortable([signal, stopping.signal], (aborted) => testJob(root(host), definitionFor(definition, hostName(host)), aborted, now)),
    run: (host, definition) => {
      root(host);
      return runs.begin(host, definitionFor(definition, hostName(host)));
    },
    watchRun: runs.watch,
    stopRun: runs.stopRun,
    stop() {
      stopping.abort();
      runs.stop();
    },
  };
}

/** Whether two of these hosts would put their copies into one folder: each would take those of the other for its own. */
function wouldMix(definition: JobDefinition, names: readonly string[]): boolean {
  if (definition.destination.kind === 'local') return false;
  const folders = names.flatMap((name) => {
    try {
      const { destination } = definitionFor(definition, name);
      return destination.kind === 'local' ? [] : [`${destination.host}\n${destination.path}`];
    } catch {
      // Its host is refused by itself, and copies nothing.
      return [];
    }
  });
  return new Set(folders).size < folders.length;
}

/** Of what a person sees, without the times that move by themselves. */
function digestOf(prepared: readonly Prepared[]): string {
  return versionOf(
    JSON.stringify(
      prepared.map(({ view }) =>
        view.kind === 'ready'
          ? [view.host, view.files, view.steps]
          : view.kind === 'refused'
            ? [view.host, view.problem.code]
            : [view.host, view.version],
      ),
    ),
  );
}
