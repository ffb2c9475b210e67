import type { TerminalEvent, TerminalSize } from '../../shared/contract/terminals.ts';
import type { DomainRef, DomainRow } from '../../shared/contract/xen.ts';
import { HumError } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';

export interface TerminalsDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  /** The domain as it is known now. */
  readonly domain: (key: string) => DomainRow | undefined;
}

/** Terminals, by the id that `opened` told. Each belongs to the client that opened it: others are told `not-found`. */
export interface Terminals {
  openConsole(client: string, domain: DomainRef, size: TerminalSize, signal?: AbortSignal): AsyncGenerator<TerminalEvent, void, void>;
  write(client: string, id: string, text: string): void;
  resize(client: string, id: string, size: TerminalSize): void;
  acknowledge(client: string, id: string, characters: number): void;
}

export function createTerminals(_deps: TerminalsDeps): Terminals {
  const missing = (): never => {
    throw new HumError({ code: 'internal', message: 'Terminals are not built yet.', hint: 'Wait for them.' });
  };
  return { openConsole: missing, write: missing, resize: missing, acknowledge: missing };
}
