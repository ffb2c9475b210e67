import { randomUUID } from 'node:crypto';
import type { ImageTransfer } from '../../../shared/contract/images.ts';
import { HumError, type Problem, problemOf } from '../../../shared/errors.ts';
import { abortable, Bell, pause } from '../../stream.ts';

/** The last hundred are kept, and what has ended for ten minutes. */
const mostKept = 100;
const keptMs = 10 * 60_000;
/** More at once would only share the same disks and lines. */
const mostRunning = 16;
/** Over which time a rate is taken, and how often a reader is told, ms. */
const rateOverMs = 5_000;
const tellEveryMs = 250;

/** One transfer, for whoever does the work. */
export interface Transfer {
  readonly id: string;
  /** Aborts when a person cancels it, or Hum ends. */
  readonly signal: AbortSignal;
  /** So many of `total` bytes have been moved or, `checking`, been read. */
  at(bytes: number, total: number, checking?: boolean): void;
  /** Of an upload: why another way than SFTP is taken. */
  notBySftp(why: Problem): void;
  done(): void;
  /** A transfer that a person has cancelled is shown so, and not as failed. */
  failed(error: unknown): void;
  /** Whether a person has cancelled it: what has arrived is not wanted any more. */
  cancelled(): boolean;
}

type What = Pick<ImageTransfer, 'kind' | 'name' | 'host' | 'folder' | 'from' | 'fromFolder'>;

export interface Transfers {
  /** Takes one up. @throws HumError `conflict` where too many run, or something is done with this image already, through whichever host */
  open(what: What): Transfer;
  /** Takes one up that is over with its work; gives its id. @throws as `open` */
  begin(what: What, work: (transfer: Transfer) => Promise<void>): string;
  /** @throws HumError `not-found` where nothing of this id runs */
  cancel(id: string): void;
  watch(signal: AbortSignal | undefined, writable: () => Promise<void>): AsyncGenerator<readonly ImageTransfer[], void, void>;
  /** Ends all that run, and waits until they have ended. */
  stop(): Promise<void>;
}

interface Kept {
  shown: ImageTransfer;
  readonly stopping: AbortController;
  endedAt: number | null;
}

export interface TransfersDeps {
  /** The same for an image that several hosts have. */
  readonly keyOf: (place: Pick<ImageTransfer, 'host' | 'folder' | 'name'>) => string;
  /** Epoch ms. */
  readonly now?: () => number;
}

export function createTransfers({ keyOf, now = Date.now }: TransfersDeps): Transfers {
  const kept = new Map<string, Kept>();
  const bell = new Bell();
  const works = new Set<Promise<void>>();
  let revision = 0;
  const stopped = new AbortController();

  const ofOne = (one: What, other: What) => keyOf(one) === keyOf(other);

  function forget(): void {
    const ended = [...kept].filter(([, { endedAt }]) => endedAt !== null);
    const tooMany = kept.size - mostKept;
    ended.forEach(([id, { endedAt }], index) => {
      if (index < tooMany || now() - (endedAt ?? 0) >= keptMs) kept.delete(id);
    });
  }

  function tell(): void {
    revision += 1;
    bell.ring();
  }

  function change(id: string, to: Partial<ImageTransfer>): void {
    const transfer = kept.get(id);
    if (transfer === undefined) return;
    transfer.shown = { ...transfer.shown, ...to };
    tell();
  }

  function open(what: What): Transfer {
    forget();
    const running = [...kept.values()].filter(({ endedAt }) => endedAt === null);
    if (running.some(({ shown }) => ofOne(shown, what))) throw new HumError(sameUnderWay(what.name));
    if (running.length >= mostRunning) throw new HumError(tooMany);
    // An upload that goes on, or begins anew, stands in the place of the one that was cut.
    if (what.kind === 'upload') {
      for (const [key, { shown }] of kept) {
        if (shown.state === 'failed' && shown.kind === 'upload' && ofOne(shown, what)) kept.delete(key);
      }
    }
    const id = randomUUID();
    const stopping = new AbortController();
    let points: readonly { readonly at: number; readonly bytes: number }[] = [];
    const cancelled = () => stopping.signal.aborted && !stopped.signal.aborted;
    const end = (to: Partial<ImageTransfer>) => {
      const transfer = kept.get(id);
      if (transfer === undefined || transfer.endedAt !== null) return;
      transfer.endedAt = now();
      change(id, { ...to, rate: null });
      setTimeout(tell, keptMs).unref();
    };
    kept.set(id, {
      shown: { ...what, id, state: 'running', checking: false, bytes: 0, total: null, rate: null },
      stopping,
      endedAt: null,
    });
    tell();
    return {
      id,
      signal: stopping.signal,
      at(bytes, total, checking = false) {
        if (kept.get(id)?.shown.checking !== checking) points = [];
        points = [...points.filter((point) => point.at > now() - rateOverMs && point.bytes <= bytes), { at: now(), bytes }];
        const [first] = points;
        const rate = first !== undefined && now() - first.at >= 500 ? ((bytes - first.bytes) / (now() - first.at)) * 1000 : null;
        change(id, { bytes, total, checking, rate });
      },
      notBySftp: (why) => change(id, { notBySftp: why }),
      done: () => end({ state: 'done' }),
      failed: (error) => end(cancelled() ? { state: 'cancelled' } : { state: 'failed', problem: problemOf(error) }),
      cancelled,
    };
  }

  return {
    open,
    begin(what, work) {
      const transfer = open(what);
      // What it begins with may throw, too: that is how it went, and nobody's exception.
      const going = Promise.resolve()
        .then(() => work(transfer))
        .then(transfer.done, transfer.failed)
        .finally(() => works.delete(going));
      works.add(going);
      return transfer.id;
    },
    cancel(id) {
      const transfer = kept.get(id);
      if (transfer === undefined || transfer.endedAt !== null) throw new HumError(notRunning);
      transfer.stopping.abort();
    },
    watch: (signal, writable) =>
      abortable([signal, stopped.signal], async function* (either) {
        for (;;) {
          forget();
          const told = revision;
          yield [...kept.values()].map(({ shown }) => shown).reverse();
          await pause(tellEveryMs, either);
          if (revision === told) await bell.wait(either);
          if (either.aborted) return;
          await writable();
        }
      }),
    async stop() {
      stopped.abort();
      for (const { stopping } of kept.values()) stopping.abort();
      await Promise.all(works);
    },
  };
}

const tooMany: Problem = {
  code: 'conflict',
  message: `${mostRunning} images are moved or read already.`,
  hint: 'Wait until one of them is done, or cancel one.',
};

const notRunning: Problem = { code: 'not-found', message: 'This is not under way any more.', hint: 'It has ended: the list says how.' };

function sameUnderWay(name: string): Problem {
  return { code: 'conflict', message: `Something is done with ${name} in this folder already.`, hint: 'Wait for it, or cancel it first.' };
}
