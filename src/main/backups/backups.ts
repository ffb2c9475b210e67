import type { BackupFix, BackupJob, BackupsEvent, FindingId } from '../../shared/contract/backups.ts';
import type { InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError, type Problem } from '../../shared/errors.ts';
import type { PlanRunner } from '../plans/plan.ts';
import { quote, shownWord } from '../ssh/quote.ts';
import type { Runner } from '../ssh/session.ts';
import { abortable, Bell } from '../stream.ts';
import { backupsFeed } from './backups-feed.ts';
import wrapScript from './collect/wrap.sh?raw';
import { type HostBackups, hostBackups } from './host-backups.ts';
import { type PreparedFix, prepareFix } from './lint/fix-plan.ts';
import logTailScript from './log-tail.sh?raw';

/** How often a host is asked: while a job runs that somebody looks at, while somebody looks, and else. */
const pace = { running: 5_000, watched: 60_000, idle: 10 * 60_000 } as const;
/** The first question after a connection waits so long at most: a fleet that connects has other things to do. */
const firstWithinMs = 3_000;
/** Hosts that are asked at once. */
const atOnce = 16;
/** A window that opens asks hosts that were read longer ago than this. */
const freshMs = 30_000;

export interface BackupsDeps {
  /** With the rights of root, where they can be had. @throws HumError when there is no connection */
  readonly root: (host: string) => Runner;
  readonly plans: Pick<PlanRunner, 'start'>;
  readonly log: { info(data: object, message: string): void };
  /** A folder of the hosts in place of / (tests). */
  readonly rootFolder?: string;
  /** Epoch ms. */
  readonly now?: () => number;
}

export interface FixRef {
  readonly host: string;
  readonly job: string | null;
  readonly finding: FindingId;
}

/** The backups of the fleet: what jobs there are, how they do, and what is wrong with them. A follower of the fleet. */
export interface Backups {
  connected(host: InventoryHost, session: Runner): void;
  disconnected(id: string, removed: boolean): void;
  setHidden(hidden: boolean): void;
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<BackupsEvent, void, void>;
  /** Every job that is known, of a host that cannot be read now as it was. */
  jobs(): readonly BackupJob[];
  /** Reads these hosts now; one that is not connected is passed over. Never rejects. */
  refresh(hosts: readonly string[]): Promise<void>;
  /** The last 200 lines; null where the job has no log. @throws HumError `not-found`, `not-permitted`, what `Runner.run` throws */
  log(host: string, job: string): Promise<{ readonly path: string; readonly text: string } | null>;
  /** @throws HumError `not-found` where it is not found any more, and as `prepareFix` */
  previewFix(ref: FixRef): Promise<BackupFix>;
  /** @throws HumError `plan-changed` where another change would be made than was shown, and as `previewFix` */
  applyFix(ref: FixRef & { readonly digest: string }): Promise<{ readonly plan: string }>;
  stop(): void;
}

interface Watched {
  readonly backups: HostBackups;
  /** Asks a person for a password, so that it is not asked unless somebody looks. */
  readonly asks: boolean;
  session: Runner | null;
  timer: NodeJS.Timeout | undefined;
  reading: Promise<void> | null;
  /** When it was asked last, whatever came of it; epoch ms. */
  askedAt: number | null;
}

export function createBackups(deps: BackupsDeps): Backups {
  const { log, plans, root, rootFolder = '', now = Date.now } = deps;
  const hosts = new Map<string, Watched>();
  const changedAt = new Map<string, number>();
  const goneAt = new Map<string, number>();
  const stopped = new AbortController();
  let readers = 0;
  let hidden = false;
  let reading = 0;
  const waiting: (() => void)[] = [];
  const state = { views: () => [...hosts.values()].map(({ backups }) => backups.view), revision: 0, changedAt, goneAt, bell: new Bell() };

  function changed(host: string): void {
    state.revision += 1;
    if (hosts.has(host)) {
      changedAt.set(host, state.revision);
      goneAt.delete(host);
    } else {
      changedAt.delete(host);
      goneAt.set(host, state.revision);
    }
    state.bell.ring();
  }

  async function turn<T>(work: () => Promise<T>): Promise<T> {
    if (reading >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    reading += 1;
    try {
      return await work();
    } finally {
      reading -= 1;
      waiting.shift()?.();
    }
  }

  /** Asks one host, once however many want it. */
  function read(id: string, host: Watched): Promise<void> {
    clearTimeout(host.timer);
    host.reading ??= turn(async () => {
      const { session } = host;
      if (session !== null && !stopped.signal.aborted) {
        await host.backups.read(session);
        host.askedAt = now();
        if (hosts.get(id) === host) changed(id);
      }
    }).finally(() => {
      host.reading = null;
      schedule(id, host);
    });
    return host.reading;
  }

  function schedule(id: string, host: Watched, soonMs?: number): void {
    clearTimeout(host.timer);
    if (host.session === null || stopped.signal.aborted || host.reading !== null) return;
    const looked = readers > 0 && !hidden;
    if (host.asks && !looked) return;
    const { askedAt } = host;
    const usual = !looked ? pace.idle : host.backups.active ? pace.running : pace.watched;
    const due = soonMs ?? (askedAt === null ? usual : Math.max(0, askedAt + usual - now()));
    // A tenth either way: a fleet that connected at once is not asked at once for ever.
    host.timer = setTimeout(() => void read(id, host), due * (0.9 + Math.random() * 0.2));
    host.timer.unref();
  }

  /** Somebody looks again: what is older than they would expect is read now. */
  function catchUp(): void {
    for (const [id, host] of hosts) {
      const { readAt } = host.backups.view;
      if (host.session !== null && (readAt === null || readAt < now() - freshMs)) void read(id, host);
      else schedule(id, host);
    }
  }

  function found(id: string): Watched {
    const host = hosts.get(id);
    if (host === undefined) throw new HumError(unknownJob(id));
    return host;
  }

  async function prepare({ host, job, finding }: FixRef): Promise<PreparedFix> {
    const watched = found(host);
    const lint = watched.backups.found(job, finding);
    if (lint?.fix == null) throw new HumError({ ...unknownJob(host), message: 'This is not found there any more.' });
    const title = `${lint.finding.fix}: ${shownWord(watched.backups.job(job ?? '')?.name ?? 'rsync daemon')}`;
    try {
      return await prepareFix(lint.fix, { host, title, runner: root(host), at: now() });
    } catch (error) {
      if (error instanceof HumError && error.problem.code === 'config-changed') void read(host, watched);
      throw error;
    }
  }

  return {
    connected(host, session) {
      if (stopped.signal.aborted) return;
      const before = hosts.get(host.id);
      if (before !== undefined) {
        // What it still waits for is nobody's: it must not begin again after.
        clearTimeout(before.timer);
        before.session = null;
      }
      const watched: Watched = {
        backups: before?.backups ?? hostBackups(host.id, { root: rootFolder, now }),
        asks: host.runAs === 'sudo-password' && host.user !== 'root',
        session,
        timer: undefined,
        reading: null,
        askedAt: null,
      };
      hosts.set(host.id, watched);
      changed(host.id);
      schedule(host.id, watched, readers > 0 ? 0 : Math.random() * firstWithinMs);
    },
    disconnected(id, removed) {
      const host = hosts.get(id);
      if (host === undefined) return;
      clearTimeout(host.timer);
      host.session = null;
      if (!removed) return;
      hosts.delete(id);
      changed(id);
    },
    setHidden(value) {
      if (hidden === value) return;
      hidden = value;
      if (!hidden && readers > 0) catchUp();
    },
    watch: (signal, writable) =>
      abortable([signal, stopped.signal], async function* (aborted) {
        readers += 1;
        if (readers === 1) catchUp();
        try {
          yield* backupsFeed(state, aborted, writable);
        } finally {
          readers -= 1;
        }
      }),
    jobs: () => state.views().flatMap(({ jobs }) => jobs),
    async refresh(ids) {
      await Promise.all(
        ids.map(async (id) => {
          const host = hosts.get(id);
          if (host === undefined) return;
          // One that is under way may have begun before what the caller knows of.
          await host.reading;
          await read(id, host);
        }),
      );
    },
    async log(id, job) {
      const { backups, session } = found(id);
      if (session === null) throw new HumError(notConnected(id));
      if (backups.job(job) === undefined) throw new HumError(unknownJob(id));
      const path = backups.logPath(job);
      const { unit = null, manager = '' } = backups.job(job)?.origin ?? {};
      if (path === null && (unit === null || manager === '*')) return null;
      const name = path ?? (manager === '' ? `journalctl -u ${unit}` : `journalctl _SYSTEMD_USER_UNIT=${unit} of ${manager}`);
      const result = await session.run(
        `body=${quote(logTailScript)}\n${wrapScript}`,
        ['root', path === null ? '' : rootFolder + path, unit ?? '', manager],
        { timeoutMs: 30_000 },
      );
      if (result.code === 3) return null;
      if (result.code !== 0) throw new HumError({ ...unreadable(id, name), detail: result.stderr.toString().slice(-1024) });
      const text = result.stdout.toString();
      return text === '' && path === null ? null : { path: name, text };
    },
    async previewFix(ref) {
      return (await prepare(ref)).shown;
    },
    async applyFix({ digest, ...ref }) {
      const { shown, plan } = await prepare(ref);
      if (shown.digest !== digest) throw new HumError(otherFix(ref.host));
      const { ids } = plans.start([plan]);
      log.info({ host: ref.host, finding: ref.finding }, 'a fix of a backup was started');
      return { plan: ids[0] ?? '' };
    },
    stop() {
      stopped.abort();
      for (const host of hosts.values()) clearTimeout(host.timer);
      hosts.clear();
    },
  };
}

function unknownJob(host: string): Problem {
  return {
    code: 'not-found',
    message: 'This job is not there any more.',
    hint: 'It may have been changed or removed on the host. Look for it among the backups.',
    host,
  };
}

function notConnected(host: string): Problem {
  return {
    code: 'connection-lost',
    message: 'There is no connection to the host at the moment.',
    hint: 'Hum connects again by itself; until then the last known state is shown.',
    host,
  };
}

function unreadable(host: string, path: string): Problem {
  return {
    code: 'command-failed',
    message: `${shownWord(path)} could not be read.`,
    hint: 'Look at the rights of the file on the host.',
    host,
  };
}

function otherFix(host: string): Problem {
  return {
    code: 'plan-changed',
    message: 'The change would be another one by now: nothing was done.',
    hint: 'Look at it again; what it shows then is what is done.',
    host,
  };
}
