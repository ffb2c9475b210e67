import { randomUUID } from 'node:crypto';
import type { TerminalEvent, TerminalSize } from '../../shared/contract/terminals.ts';
import type { DomainRef, DomainRow } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { LoginShells, Runner } from '../ssh/session.ts';
import { abortable } from '../stream.ts';
import { DomainConsole } from './domain-console.ts';
import { controlDomain, guestIsOff, noSuchTerminal, tooManyTerminals, unknownDomain } from './failures.ts';
import { guestOf } from './guest.ts';
import { HostShell, type ShellPlace } from './host-shell.ts';
import { TerminalFeed } from './terminal-feed.ts';

export interface TerminalsDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** The same host as its account has it: nobody is made root. @throws HumError when there is no connection */
  readonly login: (host: string) => Runner & LoginShells;
  /** The domain as it is known now. */
  readonly domain: (key: string) => DomainRow | undefined;
  /** How long a guest that has ended is waited for, and how often it is looked for, ms. */
  readonly comebackMs?: number;
  readonly lookMs?: number;
}

/** Terminals, by the id that `opened` told. Each belongs to the client that opened it: others are told `not-found`. */
export interface Terminals {
  /** @throws HumError `domain-gone`, `control-domain`, `wrong-state`, `conflict` when the client has too many */
  openConsole(client: string, domain: DomainRef, size: TerminalSize, signal?: AbortSignal): AsyncGenerator<TerminalEvent, void, void>;
  /** @throws HumError `not-found` for the host, `connection-lost` when it is not connected, `conflict` when the client has too many */
  openShell(client: string, place: ShellPlace, size: TerminalSize, signal?: AbortSignal): AsyncGenerator<TerminalEvent, void, void>;
  /** @throws HumError `not-found`, `flooded` */
  write(client: string, id: string, text: string): void;
  /** @throws HumError `not-found` */
  resize(client: string, id: string, size: TerminalSize): void;
  /** @throws HumError `not-found` */
  acknowledge(client: string, id: string, characters: number): void;
}

/** Each costs a channel on its host and at most some hundred kilobytes here. */
export const mostTerminals = 32;

/** What one terminal shows: runs until it is over or aborted, tells the feed why, and never rejects. */
interface Shown {
  follow(signal: AbortSignal): Promise<void>;
  write(text: string): void;
  resize(size: TerminalSize): void;
  acknowledge(characters: number): void;
}

interface OpenTerminal {
  readonly client: string;
  readonly shown: Shown;
}

/** No terminal is open yet. Each lives as long as its stream is read. */
export function createTerminals({ runner, login, domain, comebackMs = 45_000, lookMs = 1000 }: TerminalsDeps): Terminals {
  const open = new Map<string, OpenTerminal>();

  function find(client: string, id: string): Shown {
    const found = open.get(id);
    if (found === undefined || found.client !== client) throw new HumError(noSuchTerminal());
    return found.shown;
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
    return new HostShell(place, size, feed, login(place.host));
  }

  async function* events(client: string, make: (feed: TerminalFeed) => Shown, signal: AbortSignal) {
    const feed = new TerminalFeed();
    const shown = make(feed);
    if ([...open.values()].filter((each) => each.client === client).length >= mostTerminals) {
      throw new HumError(tooManyTerminals(mostTerminals));
    }
    const id = randomUUID();
    const leaving = new AbortController();
    const either = AbortSignal.any([signal, leaving.signal]);
    open.set(id, { client, shown });
    try {
      yield { kind: 'opened', id } as const;
      void shown.follow(either);
      yield* feed.events(either);
    } finally {
      open.delete(id);
      leaving.abort();
    }
  }

  return {
    openConsole: (client, ref, size, signal) => abortable([signal], (either) => events(client, (feed) => console(ref, size, feed), either)),
    openShell: (client, place, size, signal) => abortable([signal], (either) => events(client, (feed) => shell(place, size, feed), either)),
    write: (client, id, text) => find(client, id).write(text),
    resize: (client, id, size) => find(client, id).resize(size),
    acknowledge: (client, id, characters) => find(client, id).acknowledge(characters),
  };
}
