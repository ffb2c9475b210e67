import { HumError, problemOf } from '../../../shared/errors.ts';
import { type Action, type StepContext, type StepHandler, StepRefused } from '../../plans/plan.ts';
import type { Runner } from '../../ssh/session.ts';
import type { Store } from '../../storage/store.ts';
import { xenRootScript } from '../scripts.ts';
import { nothingDone, trashFailure } from './trash-failures.ts';

/** A large file takes its time to be unlinked, and lvremove may wait for udev. */
const timeoutMs = 5 * 60_000;

/** What the plan runner must know to run the steps of a removal, by `Action.handler`. */
export const removalStepHandlers: Readonly<Record<string, StepHandler>> = {
  'xen.removal': runRemoval,
  'xen.trash': async (_args, context) => {
    try {
      context.output(`${(await emptyTrash(context.runner(), context.signal)).said}\n`);
    } catch (error) {
      // The VM is removed; what is due can go another day.
      context.output(`${problemOf(error).message}\n`);
    }
  },
};

async function runRemoval(args: Action['args'], context: StepContext): Promise<void> {
  const { hold, words } = args;
  if (typeof hold !== 'string' || !Array.isArray(words) || !words.every((word) => typeof word === 'string')) {
    throw new HumError({
      code: 'bad-input',
      message: 'The journal holds a step that this Hum cannot do.',
      hint: 'Do the step by hand, or leave it.',
    });
  }
  const result = await context.runner().run(xenRootScript('removal'), [hold, ...words], { timeoutMs, signal: context.signal });
  context.output(result.stdout.toString() + result.stderr.toString());
  if (result.code === 0) return;
  const problem = { ...trashFailure(result, 'It could not be moved.'), host: context.host };
  throw nothingDone(result.code) ? new StepRefused(problem) : new HumError(problem);
}

/**
 * Removes what is due in the trash of a host, by its own records and the host's clock.
 * @throws HumError why it could not be looked at
 */
async function emptyTrash(runner: Runner, signal?: AbortSignal): Promise<{ readonly said: string; readonly left: number }> {
  const result = await runner.run(xenRootScript('trash'), ['trash'], { timeoutMs, ...(signal === undefined ? {} : { signal }) });
  const said = result.stdout.toString().trim();
  const left = /^left (\d{1,9})$/m.exec(said)?.[1];
  if (result.code !== 0 || left === undefined) throw new HumError(trashFailure(result, 'The trash could not be looked at.'));
  return { said, left: Number(left) };
}

const day = 24 * 60 * 60_000;
/** No fleet has more hosts with trash than this; the file must not grow without end. */
const mostHosts = 5_000;

export interface TrashDeps {
  /** The hosts with trash, under `hosts`. */
  readonly store: Store;
  /** @throws HumError when there is no connection */
  readonly runner: (host: string) => Runner;
  readonly log: { info(data: object, message: string): void };
  /** Between two looks whether a host's day is over, ms. */
  readonly lookEveryMs?: number;
  /** Epoch ms. */
  readonly now?: () => number;
}

/** The hosts that are known to have something in their trash: once a day each is asked to remove what is due. */
export interface TrashKeeper {
  /** Something lies there, or is about to. */
  expect(host: string): void;
  stop(): void;
}

/** Takes up the hosts that are known from before. The first look comes an hour after the start; a host that is not there is asked later. */
export function keepTrash({ store, runner, log, lookEveryMs = 60 * 60_000, now = Date.now }: TrashDeps): TrashKeeper {
  const saved = store.get('hosts');
  const hosts = new Set((Array.isArray(saved) ? saved : []).filter((host) => typeof host === 'string').slice(0, mostHosts));
  const askedAt = new Map<string, number>();
  const stopping = new AbortController();
  let busy = false;

  function write(): void {
    try {
      store.set('hosts', [...hosts]);
    } catch {
      // A full disk: until Hum ends it is known in memory, and a later removal writes it.
    }
  }

  async function look(): Promise<void> {
    if (busy) return;
    busy = true;
    for (const host of [...hosts]) {
      if (stopping.signal.aborted) break;
      const asked = askedAt.get(host) ?? Number.NEGATIVE_INFINITY;
      if (now() - asked < day) continue;
      try {
        const { said, left } = await emptyTrash(runner(host), stopping.signal);
        askedAt.set(host, now());
        if (said !== `left ${left}`) log.info({ host, said }, 'removed what was due in the trash of a host');
        if (left === 0 && hosts.delete(host)) write();
      } catch (error) {
        const { code } = problemOf(error);
        // A host that is away is asked again at the next look; one that refuses, tomorrow.
        if (code !== 'connection-lost') askedAt.set(host, now());
      }
    }
    busy = false;
  }

  const timer = setInterval(() => void look(), lookEveryMs);
  timer.unref();
  return {
    expect(host) {
      if (hosts.has(host) || hosts.size >= mostHosts) return;
      hosts.add(host);
      write();
    },
    stop() {
      clearInterval(timer);
      stopping.abort();
    },
  };
}
