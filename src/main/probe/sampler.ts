import { type Problem, problemOf } from '../../shared/errors.ts';
import type { Session } from '../ssh/session.ts';
import type { Frame, FrameBounds } from './frames.ts';
import { openProbe, type Probe, type ProbeScript, type Section } from './probe.ts';

/** A host is left alone for at least three times as long as it takes to answer, but asked once a minute at least. */
const slownessFactor = 4;
const slowestMs = 60_000;
/** Of the slowness measured before, this much is still believed after a quicker answer. */
const slownessMemory = 0.7;

const minDeadlineMs = 10_000;
const openDeadlineMs = 10_000;
const firstRetryMs = 2_000;
const longestRetryMs = 60_000;
/** An answer is late after two intervals; as requests go out each interval, the last figures are three intervals old by then. */
const lateIntervals = 2;
const minLateMs = 3_000;

export interface SamplerOptions {
  readonly session: Session;
  /** What to ask for next. */
  readonly sections: () => readonly Section[];
  /** Takes an answer; says what is wrong with it, if anything. */
  readonly onFrame: (frame: Frame, tookMs: number) => Problem | undefined;
  /** A probe that ended for the first time in a row is `passing`: most often the session ends too, and says better why. */
  readonly onFault: (problem: Problem, outlook: 'passing' | 'lasting') => void;
  readonly script?: ProbeScript;
  readonly bounds?: FrameBounds;
  /** An answer is waited for this long at least, ms. */
  readonly deadlineMs?: number;
  /** Whether the time that an answer took says how often this host can be asked. Unless told otherwise: when it only read files. */
  readonly telling?: (frame: Frame) => boolean;
}

const onlyFiles = (frame: Frame) => frame.sections.size === 0;

/**
 * Asks one host again and again, over one probe, while its session is online. Never two requests at once. After a timeout or a broken probe
 * it waits, longer each time, then goes on with the probe if the late answer has come, or with a new one. Durations are monotonic time.
 */
export class Sampler {
  readonly #options: SamplerOptions;
  #baseMs: number;
  #connected = false;
  /** Changes with each connection: what an older one still brings is ignored. */
  #connection = 0;
  #probe: Probe | undefined;
  #timer: NodeJS.Timeout | undefined;
  #flight: Promise<void> | undefined;
  #sentAt: number | undefined;
  #dueAt = 0;
  #phased = false;
  #slowMs = 0;
  #failures = 0;

  constructor(baseMs: number, options: SamplerOptions) {
    this.#baseMs = baseMs;
    this.#options = options;
  }

  /** How often the host is asked now, ms. */
  get intervalMs(): number {
    return Math.round(Math.max(this.#baseMs, Math.min(slowestMs, slownessFactor * this.#slowMs)));
  }

  get connected(): boolean {
    return this.#connected;
  }

  /** The session is online: asks at once. */
  connect(): void {
    this.disconnect();
    this.#connected = true;
    void this.sampleNow();
  }

  disconnect(): void {
    this.#connection += 1;
    this.#connected = false;
    clearTimeout(this.#timer);
    this.#probe?.close();
    this.#probe = undefined;
    this.#flight = undefined;
    this.#sentAt = undefined;
    this.#phased = false;
    this.#failures = 0;
  }

  /** Asks now, or joins the request that is under way. Resolves when it has been answered or has failed; never rejects. */
  sampleNow(): Promise<void> {
    if (!this.#connected) return Promise.resolve();
    if (this.#flight === undefined) {
      clearTimeout(this.#timer);
      this.#flight = this.#sample(this.#connection);
    }
    return this.#flight;
  }

  /** As `sampleNow`, and forgets how often it failed. */
  async retryNow(): Promise<void> {
    this.#failures = 0;
    await this.sampleNow();
    // What was under way had been sent before anybody asked: its failure is no answer.
    if (this.#failures === 0) return;
    this.#failures = 0;
    await this.sampleNow();
  }

  /** How often to ask a host that is quick. The next request moves to a random moment within the new interval. */
  setBase(baseMs: number): void {
    if (baseMs === this.#baseMs) return;
    this.#baseMs = baseMs;
    this.#rephase(this.intervalMs);
  }

  /** The console itself slept for `sleptMs`: what looks late may not be, and what is shown is old. */
  wake(sleptMs: number): void {
    if (this.#sentAt !== undefined) this.#sentAt += sleptMs;
    this.#rephase(Math.min(this.intervalMs, 2_000));
  }

  /** How long an answer has been overdue at `now` (performance.now()), ms; 0 when it is not. */
  lateMs(now: number): number {
    if (this.#sentAt === undefined) return 0;
    const waited = now - this.#sentAt;
    return waited > Math.max(minLateMs, lateIntervals * this.intervalMs) ? waited : 0;
  }

  async #sample(connection: number): Promise<void> {
    let fault: Problem | undefined;
    try {
      const probe = await this.#ready(connection);
      if (connection !== this.#connection) return;
      const sentAt = performance.now();
      this.#sentAt = sentAt;
      const frame = await probe.request(this.#options.sections(), Math.max(this.#options.deadlineMs ?? minDeadlineMs, 3 * this.intervalMs));
      if (connection !== this.#connection) return;
      const tookMs = performance.now() - sentAt;
      // What takes longer, and is asked for now and then, says nothing about the next sample.
      if ((this.#options.telling ?? onlyFiles)(frame)) this.#slowMs = Math.max(tookMs, this.#slowMs * slownessMemory);
      fault = this.#options.onFrame(frame, tookMs);
    } catch (error) {
      if (connection !== this.#connection) return;
      fault = problemOf(error);
      if (fault.code !== 'request-timeout') {
        this.#probe?.close();
        this.#probe = undefined;
      }
    }
    this.#failures = fault === undefined ? 0 : this.#failures + 1;
    this.#sentAt = undefined;
    this.#flight = undefined;
    this.#schedule();
    if (fault === undefined) return;
    this.#options.onFault(fault, fault.code === 'connection-lost' && this.#failures === 1 ? 'passing' : 'lasting');
  }

  async #ready(connection: number): Promise<Probe> {
    if (this.#probe !== undefined && !this.#probe.busy) return this.#probe;
    this.#probe?.close();
    this.#probe = undefined;
    const { session, script, bounds } = this.#options;
    const probe = await openProbe(session, {
      timeoutMs: openDeadlineMs,
      ...(script === undefined ? {} : { script }),
      ...(bounds === undefined ? {} : { bounds }),
    });
    if (connection === this.#connection) this.#probe = probe;
    else probe.close();
    return probe;
  }

  /** Keeps the host's own beat, chosen at random when it connected, so that a thousand hosts do not answer in the same moment. */
  #schedule(): void {
    const now = performance.now();
    const interval = this.intervalMs;
    if (this.#failures > 0) {
      const retryMs = Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(10, this.#failures - 1));
      this.#dueAt = now + retryMs * (0.75 + Math.random() / 2);
    } else if (!this.#phased) {
      this.#phased = true;
      this.#dueAt = now + interval * (0.1 + 0.9 * Math.random());
    } else {
      if (this.#dueAt <= now) this.#dueAt += interval;
      // Late by more than an interval, or the interval became shorter while the request was under way.
      if (this.#dueAt <= now || this.#dueAt > now + interval) this.#dueAt = now + interval * Math.random();
    }
    this.#arm(now);
  }

  #rephase(withinMs: number): void {
    if (!this.#connected || this.#flight !== undefined || this.#failures > 0) return;
    const now = performance.now();
    this.#dueAt = now + withinMs * Math.random();
    this.#arm(now);
  }

  #arm(now: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => {
        // A timer may fire a fraction of a millisecond early; this beat is over all the same.
        this.#dueAt = Math.min(this.#dueAt, performance.now());
        void this.sampleNow();
      },
      Math.max(0, this.#dueAt - now),
    );
  }
}
