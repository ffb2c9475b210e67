import { randomUUID } from 'node:crypto';
import type { LogPiece, SessionLogView, TerminalEvent, TerminalSize } from '../../shared/contract/terminals.ts';
import type { DomainRef, DomainRow } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { LoginShells, Runner } from '../ssh/session.ts';
import { abortable } from '../stream.ts';
import { DomainConsole } from './domain-console.ts';
import endKeptScript from './end-kept.sh?raw';
import { controlDomain, guestIsOff, noLogs, noSuchTerminal, notEnded, tooManyTerminals, unknownDomain } from './failures.ts';
import { guestOf } from './guest.ts';
import { HostShell, type ShellManner, type ShellPlace } from './host-shell.ts';
import { Logged } from './logged.ts';
import type { SessionLogs } from './session-logs.ts';
import { TerminalFeed } from './terminal-feed.ts';
import vncScript from './vnc.sh?raw';

const plainly: ShellManner = { keeps: 'no', forwardAgent: false };

export interface TerminalsDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** The same host as its account has it: nobody is made root. @throws HumError when there is no connection */
  readonly login: (host: string) => Runner & LoginShells;
  /** The domain as it is known now. */
  readonly domain: (key: string) => DomainRow | undefined;
  /** How the shells of a host are run. Default: in nothing, without an agent. */
  readonly shellManner?: (host: string) => ShellManner;
  /** A host as people call it. Default: its id. */
  readonly hostName?: (host: string) => string;
  /** Absent where no session logs are kept. */
  readonly logs?: SessionLogs;
  /** How long a guest that has ended is waited for, and how often it is looked for, ms. */
  readonly comebackMs?: number;
  readonly lookMs?: number;
}

/** Terminals, by the id that `opened` told. Each belongs to the client that opened it: others are told `not-found`. */
export interface Terminals {
  /**
   * With `log`, a session log of all that it prints is begun before it.
   * @throws HumError `domain-gone`, `control-domain`, `wrong-state`, `conflict` when the client has too many
   */
  openConsole(client: string, domain: DomainRef, size: TerminalSize, signal?: AbortSignal, log?: boolean): TerminalEvents;
  /** Likewise. @throws HumError `not-found` for the host, `connection-lost` when it is not connected, `conflict` when the client has too many */
  openShell(client: string, place: ShellPlace, size: TerminalSize, signal?: AbortSignal, log?: boolean): TerminalEvents;
  /** @throws HumError `not-found`, `flooded` */
  write(client: string, id: string, text: string): void;
  /** @throws HumError `not-found` */
  resize(client: string, id: string, size: TerminalSize): void;
  /** @throws HumError `not-found` */
  acknowledge(client: string, id: string, characters: number): void;
  /** @throws HumError `domain-gone`, `control-domain`, `wrong-state`, and as `Runner.run` */
  vnc(domain: DomainRef): Promise<{ readonly vnc: string | null }>;
  /** Ends the session that a shell was kept in, if there is one. @throws HumError `command-failed`, and as `Runner.run` */
  endKept(host: string, kept: string): Promise<void>;
  /** Begins a session log or ends it: its feed tells what came of that. @throws HumError `not-found` */
  setLog(client: string, id: string, on: boolean): Promise<void>;
  /** As `SessionLogs`. */
  logs(): Promise<{ readonly folder: string; readonly logs: readonly SessionLogView[] }>;
  readLog(name: string, offset: number): Promise<LogPiece>;
  removeLog(name: string): Promise<void>;
}

type TerminalEvents = AsyncGenerator<TerminalEvent, void, void>;

/** Each costs a channel on its host and at most some hundred kilobytes here. */
export const mostTerminals = 32;

/** What one terminal shows: runs until it is over or aborted, tells the feed why, and never rejects. */
interface Shown {
  follow(signal: AbortSignal): Promise<void>;
  write(text: string): void;
  resize(size: TerminalSize): void;
  acknowledge(characters: number): void;
}

/** What is to be opened, and how it is called in a session log. */
interface What {
  readonly make: (feed: TerminalFeed) => Shown;
  readonly title: string;
  readonly size: TerminalSize;
}

interface OpenTerminal {
  readonly client: string;
  readonly shown: Shown;
  readonly logged: Logged;
}

/** No terminal is open yet. Each lives as long as its stream is read. */
export function createTerminals(deps: TerminalsDeps): Terminals {
  const { runner, login, domain, shellManner = () => plainly, hostName = (host) => host, logs, comebackMs = 45_000, lookMs = 1000 } = deps;
  const open = new Map<string, OpenTerminal>();

  function find(client: string, id: string): OpenTerminal {
    const found = open.get(id);
    if (found === undefined || found.client !== client) throw new HumError(noSuchTerminal());
    return found;
  }

  function kept(): SessionLogs {
    if (logs === undefined) throw new HumError(noLogs);
    return logs;
  }

  function known({ host, key }: DomainRef): DomainRow {
    const row = domain(key);
    if (row === undefined || row.host !== host) throw new HumError(unknownDomain(host));
    if (row.facts.control || row.load.id === 0) throw new HumError(controlDomain(host));
    if (row.load.state === 'off') throw new HumError(guestIsOff(guestOf(row)));
    return row;
  }

  function console(ref: DomainRef, size: TerminalSize, feed: TerminalFeed): Shown {
    return new DomainConsole(guestOf(known(ref)), size, feed, {
      runner: () => runner(ref.host),
      state: () => domain(ref.key)?.load.state,
      comebackMs,
      lookMs,
    });
  }

  function shell(place: ShellPlace, size: TerminalSize, feed: TerminalFeed): Shown {
    return new HostShell(place, size, feed, login(place.host), shellManner(place.host));
  }

  async function* events(client: string, what: What, log: boolean, signal: AbortSignal) {
    const feed = new TerminalFeed();
    const shown = what.make(feed);
    if ([...open.values()].filter((each) => each.client === client).length >= mostTerminals) {
      throw new HumError(tooManyTerminals(mostTerminals));
    }
    const id = randomUUID();
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    const logged = new Logged(logs, what.title, what.size, feed);
    open.set(id, { client, shown, logged });
    try {
      if (log) await logged.begin();
      yield { kind: 'opened', id } as const;
      void shown.follow(either);
      yield* feed.events(either);
    } finally {
      open.delete(id);
      leaving.abort();
      await logged.end();
    }
  }

  const shellOf = (place: ShellPlace, size: TerminalSize): What => ({
    make: (feed) => shell(place, size, feed),
    title: hostName(place.host),
    size,
  });
  const consoleOf = (ref: DomainRef, size: TerminalSize): What => ({
    make: (feed) => console(ref, size, feed),
    title: `${domain(ref.key)?.name ?? ref.key} on ${hostName(ref.host)}`,
    size,
  });

  return {
    openConsole: (client, ref, size, signal, log = false) =>
      abortable([signal], (either) => events(client, consoleOf(ref, size), log, either)),
    openShell: (client, place, size, signal, log = false) =>
      abortable([signal], (either) => events(client, shellOf(place, size), log, either)),
    write: (client, id, text) => find(client, id).shown.write(text),
    resize(client, id, size) {
      const { shown, logged } = find(client, id);
      shown.resize(size);
      logged.resize(size);
    },
    acknowledge: (client, id, characters) => find(client, id).shown.acknowledge(characters),
    async vnc(ref) {
      const { stdout } = await runner(ref.host).run(vncScript, [String(known(ref).load.id)]);
      return { vnc: vncIn(stdout.toString('utf8', 0, 400)) };
    },
    async endKept(host, kept) {
      const { keeps: keeper } = shellManner(host);
      if (keeper === 'no') return;
      const { code, stderr } = await login(host).run(endKeptScript, [keeper, kept]);
      if (code !== 0) throw new HumError(notEnded(host, stderr.toString('utf8', 0, 400)));
    },
    async setLog(client, id, on) {
      const { logged } = find(client, id);
      await (on ? logged.begin() : logged.end());
    },
    logs: async () => ({ folder: kept().folder, logs: await kept().list() }),
    readLog: async (name, offset) => kept().read(name, offset),
    removeLog: async (name) => kept().remove(name),
  };
}

/** What vnc.sh printed; a guest's text can be in it (xenstore-read shows what stands there). */
function vncIn(printed: string): string | null {
  const found = /^([0-9A-Za-z.:-]*)\n(\d{1,5})\n$/.exec(printed);
  if (found === null) return null;
  const [, address = '', port] = found;
  return `${address.includes(':') ? `[${address}]` : address || '127.0.0.1'}:${port}`;
}
