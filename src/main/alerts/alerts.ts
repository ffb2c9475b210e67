import { randomUUID } from 'node:crypto';
import type { RuleId, RuleSettings } from '../../shared/alert-rules.ts';
import type {
  AlertsEvent,
  ChartLevel,
  Downtime,
  Evidence,
  IncidentDetail,
  IncidentPage,
  IncidentView,
  RuleScope,
  RulesView,
  RuleTrial,
} from '../../shared/contract/alerts.ts';
import type { HostSample } from '../../shared/contract/fleet.ts';
import { HumError, messageOf, type Problem } from '../../shared/errors.ts';
import type { Incident, IncidentChange } from '../../shared/incident.ts';
import { abortable, Bell } from '../stream.ts';
import type { AlertStore, ResolvedQuery } from './alert-store.ts';
import type { AlertsDeps } from './alerts-deps.ts';
import { type AlertsState, alertsFeed, incidentFeed } from './alerts-feed.ts';
import { chartLevels } from './chart-levels.ts';
import { Collector } from './collector.ts';
import { incidentText } from './evidence-text.ts';
import { openAlertStore } from './open-store.ts';
import { Rounds } from './rounds.ts';
import { checkRule } from './rule-book.ts';
import { tryRule } from './trial.ts';

/** The rules, what they watch, and the incidents that come of it. */
export interface Alerts {
  /** What was found wrong with alerts.db when it was opened, and worked around. */
  readonly notices: readonly Problem[];
  /** Takes a sample in. */
  collect(host: string, sample: HostSample): void;
  /** Which hosts there are; what is open of all others is resolved. */
  setHosts(ids: Iterable<string>): void;
  /** Looks at the time, at what no sample brings, and writes what is new. */
  tick(): void;
  watch(signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<AlertsEvent, void, void>;
  /** @throws HumError `not-found` */
  watchIncident(id: string, signal?: AbortSignal, writable?: () => Promise<void>): AsyncGenerator<IncidentDetail, void, void>;
  /** @throws HumError `journal-failed` */
  resolved(query: ResolvedQuery): IncidentPage;
  /** @throws HumError `not-found` when none of them is open, `journal-failed` */
  acknowledge(ids: readonly string[], note: string): { changed: number };
  unacknowledge(ids: readonly string[]): { changed: number };
  snooze(ids: readonly string[], forMs: number): { changed: number };
  addNote(ids: readonly string[], note: string): { changed: number };
  rules(): RulesView;
  /** @throws HumError `bad-input`, `journal-failed` */
  saveRule(rule: RuleId, scope: RuleScope, settings: RuleSettings): RulesView;
  removeRule(rule: RuleId, scope: RuleScope): RulesView;
  /** @throws HumError `bad-input`, `history-failed` */
  tryRule(rule: RuleId, scope: RuleScope, settings: RuleSettings, signal?: AbortSignal): AsyncGenerator<RuleTrial, void, void>;
  /** `from` null: now. @throws HumError `bad-input`, `journal-failed` */
  addDowntime(downtime: Pick<Downtime, 'scope' | 'until' | 'reason'> & { readonly from: number | null }): RulesView;
  endDowntime(id: string): RulesView;
  levels(host: string): readonly ChartLevel[];
  /** Told of each change, once it is in the database. */
  onChange(listener: (change: IncidentChange) => void): () => void;
  /** The changes after this number, oldest first, at most 1,000. The newest 20,000 are kept. */
  changesSince(sequence: number): readonly { readonly sequence: number; readonly change: IncidentChange }[];
  /** Those that are not resolved. */
  open(): readonly Incident[];
  stop(): void;
}

const usualTickMs = 2_000;
const pageLength = 50;
const mostPending = 200;
const dayMs = 24 * 3_600_000;
const daysShown = 30;

/** Opens alerts.db and goes on from what it says. One that cannot be opened is a notice; what is watched is then forgotten with the end of Hum. */
export function openAlerts(deps: AlertsDeps): Alerts {
  const now = deps.now ?? Date.now;
  const { store, notices } = openAlertStore(deps.dataDir, new Date(now()));
  const rounds = new Rounds(deps, store, now);
  const { book, incidents, watches } = rounds;
  const listeners = new Set<(change: IncidentChange) => void>();
  const stopping = new AbortController();
  const bell = new Bell();
  let problem: Problem | null = null;
  let pendingBefore = '';
  let told = 0;
  let stopped = false;

  const collector = new Collector({
    runner: deps.runner,
    dom0(host): Evidence['dom0'] {
      const facts = deps.sources.domains().find((domain) => domain.host === host && domain.facts.control)?.facts;
      return facts === undefined ? null : { target: facts.memoryTarget, most: facts.memoryMax };
    },
    found(incident, evidence, text) {
      incidents.addEvidence(incident, evidence, text, now());
      flush();
    },
    now,
    ...(deps.evidencePlace === undefined ? {} : { place: deps.evidencePlace }),
  });
  rounds.onShort = (host) => collector.mayNeed(host);
  rounds.onWanted = (incident) => collector.want(incident);
  for (const incident of incidents.open.values()) rounds.wantEvidence(incident);

  /** What goes wrong with one listener hinders no other. */
  function tell(listener: (change: IncidentChange) => void, change: IncidentChange): void {
    try {
      listener(change);
    } catch (error) {
      deps.log.warn({ incident: change.incident.id, reason: messageOf(error) }, 'somebody could not be told of an incident');
    }
  }

  /** Writes what is new; only what is on disk is told to listeners. What cannot be written is kept for the next time. */
  function flush(): void {
    if (stopped) return;
    const taken = incidents.take();
    const anything = taken.incidents.size + taken.entries.length + taken.evidence.size + taken.changes.length > 0;
    if (anything || rounds.watchesDue(now())) {
      try {
        store.write({ ...taken, watches: watches.unwritten(), ooms: rounds.newOoms() });
        watches.written();
        rounds.watchesWritten(now());
        if (problem !== null) {
          deps.log.info({}, 'incidents are being written again');
          incidents.touch();
        }
        problem = null;
      } catch (error) {
        incidents.putBack(taken);
        if (problem === null) deps.log.warn({ reason: messageOf(error) }, 'incidents cannot be written');
        problem = cannotBeWritten(error);
        incidents.touch();
        bell.ring();
        return;
      }
    }
    for (const change of taken.changes) {
      const { event, incident } = change;
      deps.log.info(
        { incident: incident.id, host: incident.hostId, rule: incident.rule, severity: incident.severity, event },
        'an incident',
      );
      if (event === 'opened') rounds.wantEvidence(incident as IncidentView);
      if (event === 'resolved') collector.forget(incident.id);
      for (const listener of listeners) tell(listener, change);
    }
    const pending = JSON.stringify(state.pending().map(({ hostId, rule, part, held }) => [hostId, rule, part, held]));
    if (pending !== pendingBefore) {
      pendingBefore = pending;
      incidents.touch();
    }
    if (incidents.revision !== told) bell.ring();
    told = incidents.revision;
  }

  const state: AlertsState = {
    bell,
    revision: () => incidents.revision,
    open: () => [...incidents.open.values()],
    changedSince: (seen) => incidents.changedSince(seen),
    pending: () => watches.pending((host) => deps.row(host)?.host.name, mostPending),
    problem: () => problem,
    now,
  };

  function tick(): void {
    rounds.look();
    collector.tick();
    flush();
  }
  const tickMs = deps.tickMs === undefined ? usualTickMs : deps.tickMs;
  const timer = tickMs === null ? undefined : setInterval(tick, tickMs);

  /** @throws HumError what a person is told when SQLite throws */
  function asked<T>(act: () => T): T {
    try {
      return act();
    } catch (error) {
      throw error instanceof HumError ? error : new HumError(cannotBeWritten(error), { cause: error });
    }
  }

  function change(act: () => number): { changed: number } {
    const changed = act();
    if (changed === 0) throw new HumError(noneOpen());
    flush();
    if (problem !== null)
      throw new HumError({ ...problem, message: `It holds until Hum ends, but could not be written down. ${problem.message}` });
    return { changed };
  }

  function rulesAre(act: () => void): RulesView {
    asked(() => {
      act();
      rounds.loadRules();
    });
    tick();
    return view();
  }

  function view(): RulesView {
    return { rules: book.rules, downtimes: asked(() => store.downtimes(now())) };
  }

  function detail(id: string): IncidentDetail | undefined {
    return asked(() => {
      const incident = incidents.open.get(id) ?? store.find(id);
      if (incident === undefined) return undefined;
      const timeline = store.timeline(id);
      const evidence = store.evidence(id) ?? null;
      return { incident, timeline, evidence, text: incidentText(incident, timeline, evidence) };
    });
  }

  return {
    notices,
    collect: (host, sample) => rounds.collect(host, sample),
    setHosts(ids) {
      if (stopped) return;
      rounds.setHosts(ids);
      tick();
    },
    tick,
    watch: (signal, writable) => abortable([signal, stopping.signal], (aborted) => alertsFeed(state, aborted, writable)),
    watchIncident(id, signal, writable) {
      if (detail(id) === undefined) throw new HumError(noSuchIncident());
      const read = () => detail(id) as IncidentDetail;
      return abortable([signal, stopping.signal], (aborted) =>
        incidentFeed(state, () => incidents.changedAt.get(id) ?? 0, read, aborted, writable),
      );
    },
    resolved: (query) =>
      asked(() => {
        const found = store.resolved(query, pageLength + 1);
        return { incidents: found.slice(0, pageLength), more: found.length > pageLength, days: byDay(store, now()) };
      }),
    acknowledge: (ids, note) => change(() => incidents.acknowledge(ids, note, deps.by, now())),
    unacknowledge: (ids) => change(() => incidents.unacknowledge(ids, deps.by, now())),
    snooze: (ids, forMs) => change(() => incidents.snooze(ids, now() + forMs, deps.by, now())),
    addNote: (ids, note) => change(() => incidents.addNote(ids, note, deps.by, now())),
    rules: view,
    saveRule(rule, scope, settings) {
      checkRule(rule, settings);
      return rulesAre(() => store.putRule({ rule, scope, settings, by: deps.by, at: now() }));
    },
    removeRule: (rule, scope) => rulesAre(() => store.removeRule(rule, scope)),
    tryRule(rule, scope, settings, signal) {
      checkRule(rule, settings);
      const hosts = rounds.hostsUnder(rule, scope);
      return abortable([signal, stopping.signal], () => tryRule(deps.past, book, rule, settings, hosts, now()));
    },
    addDowntime({ scope, from, until, reason }) {
      const begin = from ?? now();
      if (until <= Math.max(begin, now())) throw new HumError(endsTooEarly());
      return rulesAre(() => store.putDowntime({ id: randomUUID(), scope, from: begin, until, reason, by: deps.by }));
    },
    endDowntime(id) {
      return rulesAre(() => {
        if (!store.endDowntime(id, now())) throw new HumError(noSuchDowntime());
      });
    },
    levels(host) {
      const row = deps.row(host);
      if (row === undefined) return [];
      const { live } = row;
      return chartLevels(book, row.host, {
        memoryTotal: live?.memoryTotal ?? null,
        swapTotal: live?.swapTotal ?? null,
        cores: live?.cores ?? null,
      });
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    open: () => [...incidents.open.values()],
    changesSince: (sequence) => asked(() => store.changesSince(sequence, 1_000)),
    stop() {
      clearInterval(timer);
      stopping.abort();
      collector.stop();
      rounds.stop();
      flush();
      stopped = true;
      store.close();
    },
  };
}

/** How many began on each of the last days, on the clock of this machine. */
function byDay(store: AlertStore, now: number): IncidentPage['days'] {
  const today = new Date(now).setHours(0, 0, 0, 0);
  const days = Array.from({ length: daysShown }, (_, index) => {
    const date = new Date(today);
    date.setDate(date.getDate() - (daysShown - 1 - index));
    return { at: date.getTime(), warning: 0, critical: 0 };
  });
  for (const { at, severity } of store.openedSince(days[0]?.at ?? now - daysShown * dayMs)) {
    const day = days.findLast((each) => each.at <= at);
    if (day !== undefined) day[severity === 'critical' ? 'critical' : 'warning'] += 1;
  }
  return days;
}

function cannotBeWritten(error: unknown): Problem {
  return {
    code: 'journal-failed',
    message: 'Incidents cannot be written down (alerts.db in the data folder). Hum goes on watching, and tries again every few seconds.',
    hint: 'Check the free space of the data folder and who may write to it.',
    detail: messageOf(error),
  };
}

function noSuchIncident(): Problem {
  return {
    code: 'not-found',
    message: 'There is no such incident.',
    hint: 'Look for it among the incidents; the oldest are not kept for ever.',
  };
}

function noneOpen(): Problem {
  return {
    code: 'not-found',
    message: 'None of these incidents is open any more.',
    hint: 'They were resolved meanwhile; their pages say when.',
  };
}

function noSuchDowntime(): Problem {
  return { code: 'not-found', message: 'This downtime is over already.', hint: 'There is nothing to end.' };
}

function endsTooEarly(): Problem {
  return { code: 'bad-input', message: 'The downtime would end before it begins, or is over already.', hint: 'Choose a later end.' };
}
