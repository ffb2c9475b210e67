import type { NagiosSource } from '../../../shared/contract/channels.ts';
import { type NagiosReadDeps, type NagiosReading, notYetRead, readNagios } from './sources.ts';

export interface NagiosReadingsDeps extends NagiosReadDeps {
  readonly onChange: () => void;
  /** Epoch ms. */
  readonly now: () => number;
}

/** How soon a Nagios that could not be read is tried again, ms: at first its host may just be connecting. */
const [firstAgainMs, againMs] = [5_000, 60_000];

/** What was read of each Nagios, read again when it is due. One reading of each is under way at most. */
export class NagiosReadings {
  readonly #deps: NagiosReadingsDeps;
  readonly #readings = new Map<string, NagiosReading>();
  readonly #under = new Map<string, AbortController>();
  readonly #dueAt = new Map<string, number>();
  #stopped = false;

  constructor(deps: NagiosReadingsDeps) {
    this.#deps = deps;
  }

  of(id: string): NagiosReading {
    return this.#readings.get(id) ?? notYetRead;
  }

  /** Reads those that are due, and forgets those that are not there any more. */
  tick(sources: readonly NagiosSource[]): void {
    const at = this.#deps.now();
    for (const source of sources) {
      if (!this.#under.has(source.id) && (this.#dueAt.get(source.id) ?? 0) <= at) void this.read(source);
    }
    const ids = new Set(sources.map(({ id }) => id));
    const gone = [...this.#dueAt.keys(), ...this.#under.keys()].filter((id) => !ids.has(id));
    for (const id of gone) this.end(id);
  }

  /** Reads one now, in place of a reading under way. */
  async read(source: NagiosSource): Promise<void> {
    const { id, intervalMs } = source;
    const cancel = new AbortController();
    this.#under.get(id)?.abort();
    this.#under.set(id, cancel);
    const result = await readNagios(source, this.of(id), this.#deps, cancel.signal);
    if (cancel.signal.aborted || this.#stopped) return;
    const again = result.readAt === null ? firstAgainMs : againMs;
    this.#under.delete(id);
    this.#readings.set(id, result);
    this.#dueAt.set(id, this.#deps.now() + (result.problem === null ? intervalMs : Math.min(intervalMs, again)));
    this.#deps.onChange();
  }

  /** Forgets what was read of one. */
  end(id: string): void {
    this.#under.get(id)?.abort();
    this.#under.delete(id);
    this.#readings.delete(id);
    this.#dueAt.delete(id);
    this.#deps.onChange();
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#under.values()) cancel.abort();
  }
}
