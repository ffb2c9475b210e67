import type { JobCheck, JobDefinition, TestEvent } from '../../../shared/contract/backup-jobs.ts';
import { problemOf } from '../../../shared/errors.ts';
import { exitMeaning } from '../../../shared/rsync-exit-codes.ts';
import { formatBytes } from '../../../shared/units.ts';
import type { Runner } from '../../ssh/session.ts';
import { Bell } from '../../stream.ts';
import { DryRun, dryFormat } from './dry-run.ts';
import { lookAtJob } from './host-look.ts';
import { runAsUser } from './host-scripts.ts';
import { jobScript } from './job-script.ts';
import { hostChecks, tryWayIn } from './way-in.ts';

/** A dry run reads every name on both sides. */
const dryLimitMs = 6 * 60 * 60_000;
const mostPrinted = 256 * 1024 * 1024;

/**
 * Looks at everything that a job needs, then lets rsync say what it would do. The first check that failed ends it. Ends with `signal`.
 * @throws HumError what `Runner.run` throws
 */
export async function* testJob(
  root: Pick<Runner, 'run'>,
  definition: JobDefinition,
  signal: AbortSignal,
  now: () => number = Date.now,
): AsyncGenerator<TestEvent, void, void> {
  const look = await lookAtJob(root, definition.name, definition.user);
  const first = hostChecks(definition, look, now());
  for (const check of first) yield { kind: 'check', check };
  if (first.some(({ state }) => state === 'failed')) return yield { kind: 'end', summary: null };
  const { checks, free } = await tryWayIn(root, definition, signal);
  for (const check of checks) yield { kind: 'check', check };
  if (checks.some(({ state }) => state === 'failed')) return yield { kind: 'end', summary: null };

  const dry = new DryRun();
  const bell = new Bell();
  let end: TestEvent | undefined;
  const settle = (event: TestEvent) => {
    end = event;
    bell.ring();
  };
  const options = {
    timeoutMs: dryLimitMs,
    maxBytes: mostPrinted,
    signal,
    onStdout(chunk: Buffer) {
      dry.add(chunk);
      bell.ring();
    },
  };
  runAsUser(root, definition.user, jobScript(definition), ['dry', dryFormat], options).then(
    ({ code, stderr }) => {
      const summary = dry.summary(code ?? 20);
      if (code === 0 || code === 24) return settle({ kind: 'end', summary });
      const detail = [dry.words, stderr.toString().slice(-4096)].join('\n').trim();
      settle({
        kind: 'end',
        summary,
        problem: {
          code: 'command-failed',
          message:
            code === null ? 'The dry run was ended from outside.' : `The dry run ended with status ${code}: ${exitMeaning(code).words}`,
          hint: `${code === null ? 'Test again.' : exitMeaning(code).hint} Nothing was copied.`,
          ...(detail === '' ? {} : { detail }),
        },
      });
    },
    (error: unknown) => settle({ kind: 'end', summary: null, problem: problemOf(error) }),
  );
  while (end === undefined && !signal.aborted) {
    await bell.wait(signal, 500);
    const items = dry.take();
    if (items.length > 0) yield { kind: 'dry', items };
  }
  if (end === undefined) return;
  const items = dry.take();
  if (items.length > 0) yield { kind: 'dry', items };
  const room = roomCheck(end, free);
  if (room !== undefined) yield { kind: 'check', check: room };
  yield end;
}

function roomCheck(end: TestEvent, free: number | undefined): JobCheck | undefined {
  if (end.kind !== 'end' || end.summary === null || free === undefined) return undefined;
  const { bytes } = end.summary;
  const text = `${formatBytes(bytes)} would move, ${formatBytes(free)} are free.`;
  return { id: 'space', label: 'Room', state: bytes > free ? 'failed' : bytes > free * 0.8 ? 'note' : 'ok', text };
}
