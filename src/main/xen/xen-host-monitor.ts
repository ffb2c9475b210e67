import type { HostFacts } from '../../shared/contract/fleet.ts';
import type { Toolstack } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { type Frame, xenBounds } from '../probe/frames.ts';
import type { Section } from '../probe/probe.ts';
import { Sampler } from '../probe/sampler.ts';
import type { Session } from '../ssh/session.ts';
import probeScript from './scripts/probe.sh?raw';
import { toolstackReaders } from './toolstack.ts';
import { XenHostState } from './xen-host-state.ts';

/** What changes seldom is asked for this often, ms. */
const wholeMs = 60_000;
/** A command that hangs is ended after 20 s on the host, and the request asks no more after it; four slow ones may take as long. */
const deadlineMs = 60_000;

/** Asks one Xen host, over a probe of its own on the session of the fleet. */
export class XenHostMonitor {
  readonly id: string;
  readonly toolstack: Toolstack;
  readonly state: XenHostState;
  /** The address that this was learnt from. */
  readonly address: string;
  /** How many read a domain of this host in detail. */
  watchers = 0;

  readonly #now: () => number;
  #session: Session | undefined;
  #sampler: Sampler | undefined;
  /** Requests so far, and the last of them that was answered in whole. */
  #asked = 0;
  #wholeAnswered = 0;
  #wholeAt = Number.NEGATIVE_INFINITY;
  #wholeWanted = false;
  /** The script's last answer was read: what it calls unchanged is known here. */
  #inStep = false;

  constructor(
    id: string,
    address: string,
    facts: HostFacts & { readonly toolstack: Toolstack },
    now: () => number,
    nextRevision: () => number,
  ) {
    this.id = id;
    this.address = address;
    this.toolstack = facts.toolstack;
    this.#now = now;
    this.state = new XenHostState(id, facts.toolstack, nextRevision);
  }

  get session(): Session | undefined {
    return this.#session;
  }

  connect(session: Session, baseMs: number): void {
    this.disconnect();
    this.#session = session;
    this.state.reconnected();
    if (toolstackReaders[this.toolstack] === undefined) {
      this.state.fail(unknownToolstack(this.id), this.#now());
      return;
    }
    this.#wholeWanted = true;
    this.#inStep = false;
    this.#sampler = new Sampler(baseMs, {
      session,
      sections: () => this.#sections(),
      onFrame: (frame, tookMs) => this.#take(frame, tookMs),
      onFault: (problem, outlook) => {
        this.#inStep = false;
        if (outlook === 'lasting') this.state.fail({ ...problem, host: this.id }, this.#now());
      },
      script: { text: probeScript, args: [this.toolstack] },
      bounds: xenBounds,
      deadlineMs,
      telling: ({ sections }) => !sections.has('xen-info'),
    });
    this.#sampler.connect();
  }

  disconnect(): void {
    this.#sampler?.disconnect();
    this.#sampler = undefined;
    this.#session = undefined;
  }

  /** How often to ask a host that is quick, ms. */
  setBase(baseMs: number): void {
    this.#sampler?.setBase(baseMs);
  }

  sampleNow(): Promise<void> {
    return this.#sampler?.sampleNow() ?? Promise.resolve();
  }

  /** Asks for everything, and waits for an answer to a question that was put after this call, or for its failure. Never rejects. */
  async refresh(): Promise<void> {
    const asked = this.#asked;
    this.#wholeWanted = true;
    // The first may join a request that was under way.
    await this.sampleNow();
    if (this.#wholeAnswered > asked) return;
    this.#wholeWanted = true;
    await this.sampleNow();
  }

  #sections(): readonly Section[] {
    this.#asked += 1;
    if (!this.#wholeWanted && performance.now() - this.#wholeAt < wholeMs - 1_000) return ['xen-load'];
    this.#wholeWanted = false;
    return this.#inStep ? ['xen', 'xen-load'] : ['whole', 'xen', 'xen-load'];
  }

  #take(frame: Frame, tookMs: number): Problem | undefined {
    this.#inStep = true;
    const clockMs = performance.now();
    const { problem, whole, incomplete } = this.state.take(frame.sections, { at: this.#now(), tookMs, clockMs });
    if (whole) {
      this.#wholeAt = clockMs;
      this.#wholeAnswered = this.#asked;
    }
    if (incomplete) {
      this.#wholeWanted = true;
      const sampler = this.#sampler;
      // What is under way now is this very answer.
      void sampler?.sampleNow().then(() => (sampler === this.#sampler ? sampler.sampleNow() : undefined));
    }
    return problem;
  }
}

function unknownToolstack(host: string): Problem {
  return {
    code: 'no-toolstack',
    message: 'This host is run by XAPI, as XenServer and XCP-ng are. Hum does not read it yet.',
    hint: 'Use xe or Xen Orchestra for its domains: what is changed past XAPI by other tools confuses it.',
    host,
  };
}
