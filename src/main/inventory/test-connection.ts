import type { HostDraft, InventoryHost, TestStep } from '../../shared/contract/inventory.ts';
import { HumError, problemOf } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { noFigures, openProbe } from '../probe/probe.ts';
import type { ProcFiles } from '../probe/proc-files.ts';
import type { Asker } from '../ssh/ask.ts';
import type { HandshakeGate } from '../ssh/handshake-gate.ts';
import type { Runner, Target } from '../ssh/session.ts';
import { testConnection } from '../ssh/test-connection.ts';
import type { JumpWay } from '../ssh/way.ts';
import { hostsOf } from './draft.ts';

/** Walks the way to the host of a draft (the first one of a range) and reports each step of `testStages` as it ends. Saves nothing. */
export type ConnectionTest = (draft: HostDraft, signal: AbortSignal | undefined) => AsyncGenerator<TestStep, void, void>;

export interface ConnectionTestDeps {
  readonly targetOf: (host: InventoryHost) => Target;
  readonly gate: HandshakeGate;
  readonly asker: Asker;
  readonly jumps: JumpWay;
  /** The memory feature's reader: null where /proc has no memory figures. */
  readonly readMemory: (files: ProcFiles) => { readonly total: number; readonly used: number } | null;
}

const sampleDeadlineMs = 10_000;

/** Builds the test; each run opens a connection of its own and closes it. */
export function connectionTest({ targetOf, gate, asker, jumps, readMemory }: ConnectionTestDeps): ConnectionTest {
  return async function* (draft, signal) {
    const [host] = hostsOf(draft);
    if (!host) return;
    const leaving = new AbortController();
    const over = signal === undefined ? leaving.signal : AbortSignal.any([signal, leaving.signal]);
    const target = targetOf({ ...host, id: 'test' });
    try {
      const link = yield* testConnection(target, { gate, asker, jumps, signal: over });
      if (!link) {
        yield { stage: 'sample', outcome: 'skipped', tookMs: 0, note: '' };
        return;
      }
      try {
        yield await sampleStep(link, target, readMemory);
      } finally {
        await link.close();
      }
    } finally {
      leaving.abort();
    }
  };
}

async function sampleStep(runner: Runner, target: Target, readMemory: ConnectionTestDeps['readMemory']): Promise<TestStep> {
  const began = performance.now();
  const step = (rest: Pick<TestStep, 'outcome' | 'note'> & Partial<TestStep>): TestStep => ({
    stage: 'sample',
    tookMs: Math.round(performance.now() - began),
    ...rest,
  });
  try {
    const probe = await openProbe({ target, open: runner.open }, { timeoutMs: sampleDeadlineMs });
    const frame = await probe.request(['memory'], sampleDeadlineMs);
    const memory = readMemory(frame.files);
    if (!memory) throw new HumError(noFigures(target.id, frame));
    return step({ outcome: 'done', note: `${formatBytes(memory.used)} of ${formatBytes(memory.total)} memory used` });
  } catch (error) {
    const problem = problemOf(error);
    return step({ outcome: 'failed', note: problem.message, problem });
  }
}
