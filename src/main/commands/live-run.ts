import { createHash } from 'node:crypto';
import { hasEnded, isWell } from '../../shared/command-groups.ts';
import type { HostResult, RunState, RunView } from '../../shared/contract/commands.ts';
import { HumError, type Problem, problemOf } from '../../shared/errors.ts';
import type { Runner } from '../ssh/session.ts';
import { Bell } from '../stream.ts';
import { type HostEnd, type RunningCommand, runOnHost } from './host-command.ts';
import type { CommandJournal, NewOutput, RunRecord } from './journal.ts';
import { leftOut } from './kept-output.ts';

/** Results that come within this time of each other are written together. */
const saveAfterMs = 40;
/**
 * Characters of the outputs of a run that are kept whole; of every further one only its beginning. As JSON they may be seven times as long,
 * and go to the page as one message.
 */
const mostOutput = 8 * 1024 * 1024;
const shortOutput = 1024;

export interface LiveRunDeps {
  readonly journal: Pick<CommandJournal, 'save'>;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  readonly now: () => number;
  readonly ended: (run: LiveRun) => void;
}

/** A run under way. What can be seen of it is on disk. */
export class LiveRun {
  readonly bell = new Bell();
  /** Counts every change; `changedAt` is the count at which a result changed last, by its position. */
  revision = 0;
  readonly changedAt: number[];
  /** With the parameters filled in. */
  readonly #script: string;
  readonly #deps: LiveRunDeps;
  #run: RunView;
  readonly #results: HostResult[];
  /** By its position. */
  readonly #running = new Map<number, Pick<RunningCommand, 'output' | 'stop'>>();
  readonly #outputs = new Set<string>();
  #outputLength = 0;
  /**
   * Where the next host to be begun stands, where those that may be begun end, and those of which the journal knows that they may have
   * been.
   */
  #next = 0;
  #until: number;
  #begun = 0;
  #stopping = false;
  /** Changed, and not yet written. */
  readonly #changed = new Map<number, HostResult>();
  #newOutputs: NewOutput[] = [];
  #timer: NodeJS.Timeout | undefined;
  #left = false;

  constructor({ run, results }: RunRecord, script: string, deps: LiveRunDeps) {
    this.#run = run;
    this.#results = [...results];
    this.changedAt = results.map(() => 0);
    this.#script = script;
    this.#deps = deps;
    this.#until = run.canary > 0 ? Math.min(run.canary, results.length) : results.length;
  }

  get run(): RunView {
    return this.#run;
  }

  get results(): readonly HostResult[] {
    return this.#results;
  }

  get over(): boolean {
    return this.#run.endedAt !== null;
  }

  start(): void {
    this.#pump();
  }

  /** @throws HumError `conflict` unless it is `asking` */
  goOn(): void {
    if (this.#run.state !== 'asking') throw new HumError(notAsking());
    this.#until = this.#results.length;
    this.#become('running');
    this.#pump();
  }

  /** @throws HumError `conflict` when it is being stopped already */
  stop(): void {
    if (this.#stopping) throw new HumError(stoppedAlready());
    this.#stopping = true;
    for (const running of this.#running.values()) running.stop();
    this.#pump();
  }

  /** What a host where it runs has printed up to now. */
  soFar(host: string): string {
    const position = this.#results.findIndex((result) => result.host === host);
    return this.#running.get(position)?.output.whole().text ?? '';
  }

  /** Hum ends: nothing more is written, and nothing more begun. The commands go on where they run. */
  leave(): void {
    this.#save();
    this.#left = true;
  }

  #pump(): void {
    if (this.#left) return;
    while (!this.#stopping && this.#next < this.#until && this.#running.size < this.#run.atOnce) {
      if (this.#next < this.#begun) this.#begin(this.#next++);
      else {
        // For many at a time: each write waits for the disk.
        this.#begun = Math.min(this.#until, this.#next + this.#run.atOnce);
        this.#save();
      }
    }
    if (this.#running.size > 0 || this.over) return;
    if (this.#stopping) {
      for (const [position, { state }] of this.#latest(0, this.#results.length).entries()) {
        if (state === 'waiting') this.#change(position, { state: 'skipped' });
      }
      this.#become(this.#run.problem === undefined ? 'stopped' : 'failed');
    } else if (this.#until === this.#results.length) {
      this.#become('done');
    } else if (this.#latest(0, this.#until).every(isWell)) {
      this.#until = this.#results.length;
      this.#pump();
    } else {
      this.#become('asking');
    }
  }

  /** The results as they are, written or not. */
  #latest(from: number, to: number): readonly HostResult[] {
    return this.#results.slice(from, to).map((result, index) => this.#changed.get(from + index) ?? result);
  }

  #begin(position: number): void {
    const [before] = this.#latest(position, position + 1);
    if (before === undefined) return;
    const startedAt = this.#deps.now();
    const clock = performance.now();
    const command = this.#start(before.host);
    if (!('output' in command)) {
      this.#change(position, { state: 'unanswered', startedAt, tookMs: 0, problem: command });
      return;
    }
    this.#running.set(position, command);
    this.#change(position, { state: 'running', startedAt });
    void command.ended.then((end) => {
      this.#running.delete(position);
      this.#change(position, { ...this.#kept(end), tookMs: Math.round(performance.now() - clock) });
      this.#pump();
    });
  }

  /** The command as it runs, or why it does not. */
  #start(host: string): RunningCommand | Problem {
    try {
      return runOnHost(this.#deps.runner(host), { text: this.#script, timeLimitMs: this.#run.timeLimitMs });
    } catch (error) {
      return problemOf(error);
    }
  }

  #kept({ state, code, signal, problem, output }: HostEnd): Partial<HostResult> {
    const { text, cutBytes } = output.whole();
    const ending = { state, code, signal, bytes: output.bytes, ...(problem === undefined ? {} : { problem }) };
    if (text === '') return { ...ending, cutBytes };
    const whole = createHash('sha256').update(text).digest('base64url');
    if (this.#outputs.has(whole) || this.#outputLength + text.length <= mostOutput) {
      this.#keep({ name: whole, text });
      return { ...ending, output: whole, cutBytes };
    }
    const beginning = text.slice(0, shortOutput).toWellFormed();
    const cut = output.bytes - Buffer.byteLength(beginning);
    this.#keep({ name: `${whole}-cut`, text: cut > 0 ? `${beginning}${leftOut(cut, true)}` : text });
    return { ...ending, output: `${whole}-cut`, cutBytes: Math.max(0, cut) };
  }

  #keep(output: NewOutput): void {
    if (this.#outputs.has(output.name)) return;
    this.#outputs.add(output.name);
    this.#outputLength += output.text.length;
    this.#newOutputs.push(output);
  }

  #change(position: number, change: Partial<HostResult>): void {
    const [before] = this.#latest(position, position + 1);
    if (before === undefined) return;
    this.#changed.set(position, { ...before, ...change });
    this.#timer ??= setTimeout(() => this.#save(), saveAfterMs);
  }

  #become(state: RunState): void {
    const ended = state === 'running' || state === 'asking' ? {} : { endedAt: this.#deps.now() };
    this.#run = { ...this.#run, state, ...ended };
    this.#save();
    if (this.over) this.#deps.ended(this);
  }

  /** Writes what has changed; only then is it seen. */
  #save(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#left) return;
    const changed = [...this.#changed].map(([position, result]) => ({ position, result }));
    const results = this.#latest(0, this.#results.length);
    const ended = results.filter((result) => hasEnded(result) && result.state !== 'skipped');
    const well = ended.filter(isWell).length;
    this.#run = { ...this.#run, well, failed: ended.length - well };
    let refused: Problem | undefined;
    try {
      this.#deps.journal.save({ run: this.#run, begun: this.#begun, results: changed, outputs: this.#newOutputs });
    } catch (error) {
      refused = problemOf(error);
    }
    this.#newOutputs = [];
    this.#changed.clear();
    this.revision += 1;
    for (const { position, result } of changed) {
      this.#results[position] = result;
      this.changedAt[position] = this.revision;
    }
    this.bell.ring();
    if (refused !== undefined && this.#run.problem === undefined) {
      this.#run = { ...this.#run, problem: refused, ...(this.over ? { state: 'failed' as const } : {}) };
      if (!this.#stopping && !this.over) this.stop();
    }
  }
}

function notAsking(): Problem {
  return { code: 'conflict', message: 'This run does not wait for an answer.', hint: 'Look at it: it goes on, or it has ended.' };
}

function stoppedAlready(): Problem {
  return { code: 'conflict', message: 'This run is being stopped already.', hint: 'Each host is given a few seconds to end what it runs.' };
}
