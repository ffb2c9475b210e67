import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { hasEnded, isWell } from '../../shared/command-groups.ts';
import type { CommandDraft, CommandOutput, HostResult, RunEvent, RunPage, RunQuery, RunView } from '../../shared/contract/commands.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { openDatabase } from '../storage/database.ts';
import { abortable } from '../stream.ts';
import { commandScript } from './command-script.ts';
import { type CommandJournal, commandJournalFailed, openCommandJournal, type RunRecord } from './journal.ts';
import { commandMigrations } from './journal-schema.ts';
import { LiveRun } from './live-run.ts';
import { runAsJson, runAsText } from './run-export.ts';
import { runFeed } from './run-feed.ts';

export interface CommandsDeps {
  /** The data folder; the journal is `commands.db` in it. */
  readonly dataDir: string;
  /** What runs a command as the account that Hum logs in as, or as root. @throws HumError when there is no connection */
  readonly runner: (host: string, as: CommandDraft['as']) => Runner;
  /** The name of a host; undefined for one that is not there. */
  readonly hostName: (host: string) => string | undefined;
  /** The account that acts. */
  readonly by: string;
  readonly log: { info(data: object, message: string): void };
  /** Epoch ms. */
  readonly now?: () => number;
}

/** Commands on many hosts. Runs and what came of them stand in a journal. */
export interface Commands {
  /** What was found wrong with the journal when it was opened, and worked around. */
  readonly notices: readonly Problem[];
  /** @throws HumError `not-found` for a host, `bad-input` for its parameters, `conflict` when too many are under way, `journal-failed` */
  begin(draft: CommandDraft): { readonly id: string };
  /** @throws HumError `not-found` */
  watch(id: string, signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<RunEvent, void, void>;
  /** @throws HumError `not-found`, `conflict` unless it is `asking` */
  goOn(id: string): void;
  /** @throws HumError `not-found`, `conflict` when it has ended */
  stopRun(id: string): void;
  /** @throws HumError as `begin`; `conflict` while it runs, or where nothing failed */
  retry(id: string): { readonly id: string };
  /** What a host where it runs has printed up to now; nothing where it runs no more. */
  soFar(run: string, host: string): CommandOutput;
  /** @throws HumError `not-found` */
  output(run: string, name: string): CommandOutput;
  /** @throws HumError `journal-failed` */
  journal(query: RunQuery): RunPage;
  /** @throws HumError `not-found` */
  exportRun(id: string, format: 'text' | 'json'): { readonly text: string; readonly fileName: string };
  /** Ends streams and journal. What runs on hosts goes on there; the next start says that nobody knows how it ended. */
  stop(): void;
}

/** Runs under way at once. */
const mostRuns = 8;
/** What the journal keeps. */
const kept = { runs: 1_000, output: 256 * 1024 * 1024 };
const pageLength = 50;

/** Opens the journal. One that cannot be opened is a notice, and every command is refused then. */
export function openCommands(deps: CommandsDeps): Commands {
  const now = deps.now ?? Date.now;
  const notices: Problem[] = [];
  const journal = openOrRefuse(join(deps.dataDir, 'commands.db'), notices, now());
  const live = new Map<string, LiveRun>();
  const stopping = new AbortController();

  function begin(draft: CommandDraft, retryOf: string | null): { readonly id: string } {
    const script = commandScript(draft.text, draft.values);
    if ([...live.values()].filter((run) => !run.over).length >= mostRuns) throw new HumError(tooManyRuns());
    const ids = [...new Set(draft.hosts)];
    const results = ids.map((host): HostResult => {
      const name = deps.hostName(host);
      if (name === undefined) throw new HumError(noSuchHost());
      return { ...untouched, host, name };
    });
    const run: RunView = {
      ...draft,
      id: randomUUID(),
      hosts: results.length,
      by: deps.by,
      state: 'running',
      createdAt: now(),
      endedAt: null,
      retryOf,
      well: 0,
      failed: 0,
    };
    journal().add({ run, results });
    const started = new LiveRun({ run, results }, script, {
      journal: journal(),
      runner: (host) => deps.runner(host, draft.as),
      now,
      ended({ run: { id, state, well, failed } }) {
        // What the journal could not be told is kept here.
        if (state !== 'failed') live.delete(id);
        deps.log.info({ run: id, state, well, failed }, 'a command on many hosts ended');
      },
    });
    live.set(run.id, started);
    deps.log.info({ run: run.id, hosts: run.hosts, where: run.where, as: run.as }, 'a command on many hosts begins');
    started.start();
    return { id: run.id };
  }

  function record(id: string): RunRecord {
    const found = live.get(id) ?? journal().find(id);
    if (found === undefined) throw new HumError(noSuchRun());
    return found;
  }

  function underWay(id: string): LiveRun {
    const run = live.get(id);
    if (run !== undefined && !run.over) return run;
    record(id);
    throw new HumError(runIsOver());
  }

  return {
    notices,
    begin: (draft) => begin(draft, null),
    watch(id, signal, writable) {
      return abortable([signal, stopping.signal], async function* (aborted): AsyncGenerator<RunEvent, void, void> {
        const run = live.get(id);
        if (run !== undefined) yield* runFeed(run, aborted, writable);
        else yield { kind: 'snapshot', ...record(id) };
      });
    },
    goOn: (id) => underWay(id).goOn(),
    stopRun: (id) => underWay(id).stop(),
    retry(id) {
      const { run, results } = record(id);
      if (run.endedAt === null) throw new HumError(stillRunning());
      const hosts = results.filter((result) => hasEnded(result) && !isWell(result)).map(({ host }) => host);
      if (hosts.length === 0) throw new HumError(nothingFailed());
      const { text, values, as, timeLimitMs, atOnce } = run;
      const where = run.where.startsWith(failedOf) ? run.where : `${failedOf}${run.where}`.slice(0, 200);
      return begin({ text, values, as, timeLimitMs, atOnce, hosts, where, canary: 0 }, id);
    },
    soFar: (run, host) => ({ text: live.get(run)?.soFar(host) ?? '' }),
    output(run, name) {
      const text = journal().output(run, name);
      if (text === undefined) throw new HumError(noSuchRun());
      return { text };
    },
    journal({ text, before }) {
      const words = text.split(/\s+/).filter((word) => word !== '');
      const found = journal().search(words, before, pageLength + 1);
      return { runs: found.slice(0, pageLength), more: found.length > pageLength };
    },
    exportRun(id, format) {
      const found = record(id);
      const outputOf = (name: string) => journal().output(id, name) ?? '';
      const at = new Date(found.run.createdAt).toISOString().slice(0, 19).replaceAll(':', '-');
      return {
        text: (format === 'json' ? runAsJson : runAsText)(found, outputOf),
        fileName: `hum-command-${at}.${format === 'json' ? 'json' : 'txt'}`,
      };
    },
    stop() {
      stopping.abort();
      for (const run of live.values()) run.leave();
      if (!notices.some(({ code }) => code === 'journal-failed')) journal().close();
    },
  };
}

const untouched = {
  state: 'waiting',
  code: null,
  signal: null,
  startedAt: null,
  tookMs: null,
  output: null,
  bytes: 0,
  cutBytes: 0,
} as const;

const failedOf = 'failed of ';

/** The journal, or what throws why there is none, each time that it is needed. */
function openOrRefuse(path: string, notices: Problem[], now: number): () => CommandJournal {
  try {
    const { database, damage } = openDatabase(path, commandMigrations);
    if (damage !== undefined) notices.push(damage);
    const journal = openCommandJournal(database, kept);
    journal.recover(now);
    return () => journal;
  } catch (error) {
    const refusal = commandJournalFailed('opened', error);
    notices.push(refusal.problem);
    return () => {
      throw refusal;
    };
  }
}

function noSuchHost(): Problem {
  return {
    code: 'not-found',
    message: 'A host of this selection is not in the inventory any more.',
    hint: 'Select the hosts again; nothing was run.',
  };
}

function noSuchRun(): Problem {
  return {
    code: 'not-found',
    message: 'This run is not in the journal of commands.',
    hint: `The newest ${kept.runs.toLocaleString('en')} are kept.`,
  };
}

function runIsOver(): Problem {
  return { code: 'conflict', message: 'This run has ended.', hint: 'Look at its results; what failed can be run again.' };
}

function stillRunning(): Problem {
  return { code: 'conflict', message: 'This run is still under way.', hint: 'Wait for its end, or stop it.' };
}

function nothingFailed(): Problem {
  return { code: 'conflict', message: 'This run did not fail anywhere.', hint: 'To do it again, begin a new one.' };
}

function tooManyRuns(): Problem {
  return { code: 'conflict', message: `${mostRuns} commands are under way already.`, hint: 'Wait for one of them, or stop one.' };
}
