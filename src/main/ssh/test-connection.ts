import { type TestStage, type TestStep, testStages } from '../../shared/contract/inventory.ts';
import { problemOf } from '../../shared/errors.ts';
import type { Asker } from './ask.ts';
import { AnswerAwaited, type ConnectStage, connect, KeyRefused } from './connect.ts';
import { type Deadlines, usualDeadlines } from './deadlines.ts';
import type { HandshakeGate } from './handshake-gate.ts';
import { createLink, type Link } from './link.ts';
import type { Target } from './session.ts';
import type { JumpWay } from './way.ts';

/** The stages that this file walks; `sample` is its caller's. */
const ownStages = testStages.filter((stage) => stage !== 'sample');

export interface TestOptions {
  readonly gate: HandshakeGate;
  readonly asker?: Asker;
  readonly jumps?: JumpWay;
  readonly signal: AbortSignal;
  readonly deadlines?: Deadlines;
}

/**
 * Walks the way to a host up to a shell and reports each step as it ends; after a failure the remaining own stages are `skipped`.
 * Nothing is stored. An unknown host key is named in its step's note and does not stop the test: what follows is a login with a key,
 * whose signature is bound to this very connection (RFC 4252 §7) and useless to anybody else; a password is not given to such a host. A
 * changed or revoked key stops it.
 * Returns the open connection, which the caller closes, or undefined after a failure.
 */
export async function* testConnection(target: Target, options: TestOptions): AsyncGenerator<TestStep, Link | undefined> {
  const steps = new StepQueue();
  const walking = walk(target, options, steps);
  let handedOver = false;
  try {
    for (let step = await steps.next(); step !== undefined; step = await steps.next()) yield step;
    handedOver = true;
    return await walking;
  } finally {
    // The reader went away in the middle.
    if (!handedOver) void walking.then((link) => link?.close());
  }
}

async function walk(
  target: Target,
  { gate, asker, jumps, signal, deadlines = usualDeadlines }: TestOptions,
  steps: StepQueue,
): Promise<Link | undefined> {
  let link: Link | undefined;
  try {
    const connection = await connect(target, {
      gate,
      asker,
      jumps,
      byPerson: true,
      signal,
      deadlines,
      allowKey: (verdict) => verdict.kind === 'unknown',
      onStage: (stage: ConnectStage, note: string) => steps.done(stage, note),
    });
    link = createLink(target, connection, deadlines);
    const { stdout } = await link.run('command -v sh; uname -sr', [], { signal, timeoutMs: deadlines.shell });
    steps.done('shell', stdout.toString('utf8', 0, noteLength).trim().replaceAll('\n', ', '));
    steps.end();
    return link;
  } catch (error) {
    const problem = problemOf(error instanceof KeyRefused ? error.refused.error : error instanceof AnswerAwaited ? error.error : error);
    steps.fail(problem.message, problem);
    await link?.close();
    return undefined;
  }
}

const noteLength = 200;

/** Steps in their order, handed from the one who walks to the one who reads. */
class StepQueue {
  #steps: TestStep[] = [];
  #told = 0;
  #ended = false;
  #since = performance.now();
  #wake = () => {};

  done(stage: TestStage, note: string): void {
    this.#add({ stage, outcome: 'done', tookMs: this.#lap(), note });
  }

  /** The stage after the last done one failed, the others are skipped. */
  fail(note: string, problem: TestStep['problem'] & {}): void {
    const [failed, ...skipped] = ownStages.slice(this.#told);
    if (failed !== undefined) this.#add({ stage: failed, outcome: 'failed', tookMs: this.#lap(), note, problem });
    for (const stage of skipped) this.#add({ stage, outcome: 'skipped', tookMs: 0, note: '' });
    this.end();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async next(): Promise<TestStep | undefined> {
    while (this.#steps.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#steps.shift();
  }

  #add(step: TestStep): void {
    this.#told++;
    this.#steps.push(step);
    this.#wake();
  }

  #lap(): number {
    const now = performance.now();
    const took = Math.round(now - this.#since);
    this.#since = now;
    return took;
  }
}
