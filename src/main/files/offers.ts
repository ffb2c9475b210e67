import type { DownloadBegun, OfferEvent } from '../../shared/contract/files.ts';
import { HumError } from '../../shared/errors.ts';
import { filePieceBytes, mostDownloadBytes } from '../../shared/file-limits.ts';
import { localName } from '../../shared/local-name.ts';
import { abortable, Bell, pause } from '../stream.ts';
import { grewTooLarge, nobodyCame, notDelivered, offeredAlready, shrank, tooManyOffers } from './failures.ts';
import type { Files } from './files.ts';

export interface OfferWish {
  readonly host: string;
  readonly directory: string | null;
  readonly path: string;
  /** As `offerTokenPattern`. */
  readonly token: string;
}

/** An offered file on its way to a browser. Whoever takes it closes it. */
export interface TakenFile {
  /** What it is to be called; safe to show and to save under. */
  readonly name: string;
  /** Null: not known, as of the files of /proc. */
  readonly bytes: number | null;
  /** The next piece when it is asked for; null at the end. @throws HumError why there is no more */
  read(): Promise<Buffer | null>;
  /** `delivered`: whether the browser has all of it. */
  close(delivered: boolean): void;
  /** Aborts when the page wants it no more. */
  readonly unwanted: AbortSignal;
}

/** Undefined for a token under which nothing is offered (any more). @throws HumError why the file cannot be read */
export type TakeFile = (token: string) => Promise<TakenFile> | undefined;

/** Files that the page lets the browser fetch by an address, once each: what a drag out of the page carries. */
export interface Offers {
  /** Offers a file for as long as the stream is read. @throws HumError `conflict`, `request-timeout`, and why the file was not delivered */
  offer(client: string, wish: OfferWish, signal?: AbortSignal): AsyncGenerator<OfferEvent, void, void>;
  readonly take: TakeFile;
}

interface Offer {
  readonly client: string;
  readonly wish: OfferWish;
  readonly bell: Bell;
  taken: boolean;
  begun?: DownloadBegun;
  bytes: number;
  ended?: { readonly error?: unknown };
  readonly withdrawal: AbortController;
}

/** Nobody drags a file about for longer, ms. */
const offerMs = 5 * 60_000;
/** Drags that were let go of without a place to go to end within seconds. */
const mostOffers = 8;
/** Between two events of one, ms: as often as any stream changes. */
const calmMs = 250;

/** Nothing is offered yet. */
export function createOffers(files: Pick<Files, 'beginDownload' | 'download' | 'end'>): Offers {
  const offers = new Map<string, Offer>();

  async function* follow(offer: Offer, ending: AbortSignal): AsyncGenerator<OfferEvent, void, void> {
    await offer.bell.wait(ending, offerMs);
    if (ending.aborted) return;
    if (!offer.taken) throw new HumError(nobodyCame(offer.wish.host));
    yield { kind: 'taken' };
    let told = -1;
    for (;;) {
      const { begun, ended, bytes } = offer;
      if (begun !== undefined && told < 0) yield { kind: 'begun', path: begun.path, bytes: begun.bytes };
      if (begun !== undefined && bytes !== told) {
        told = bytes;
        yield { kind: 'at', bytes };
      }
      if (ended?.error !== undefined) throw ended.error;
      if (ended !== undefined || ending.aborted) return;
      if (offer.ended === undefined && offer.bytes === bytes && offer.begun === begun) await offer.bell.wait(ending);
      if (offer.ended === undefined) await pause(calmMs, ending);
    }
  }

  function end(offer: Offer, ended: NonNullable<Offer['ended']>): void {
    offer.ended ??= ended;
    offer.bell.ring();
  }

  async function begin(offer: Offer): Promise<TakenFile> {
    const { client, wish } = offer;
    offer.taken = true;
    offer.bell.ring();
    try {
      const begun = await files.beginDownload(client, wish);
      if (offer.withdrawal.signal.aborted) {
        leave(client, begun);
        throw new HumError(notDelivered(wish.host));
      }
      offer.begun = begun;
      offer.bell.ring();
      return fileOf(offer, begun);
    } catch (error) {
      end(offer, { error });
      throw error;
    }
  }

  function fileOf(offer: Offer, begun: DownloadBegun): TakenFile {
    const { client, wish } = offer;
    let more = true;

    async function next(): Promise<Buffer | null> {
      if (offer.withdrawal.signal.aborted) throw new HumError(notDelivered(wish.host));
      if (!more) {
        if (offer.bytes < begun.bytes) throw new HumError(shrank(wish.host));
        return null;
      }
      const piece = await files.download(client, { transfer: begun.transfer, offset: offer.bytes });
      offer.bytes += piece.length;
      if (offer.bytes > mostDownloadBytes) throw new HumError(grewTooLarge(wish.host));
      more = piece.length === filePieceBytes && offer.bytes !== begun.bytes;
      offer.bell.ring();
      return piece.length === 0 ? next() : piece;
    }

    return {
      name: localName(begun.path),
      bytes: begun.bytes === 0 ? null : begun.bytes,
      unwanted: offer.withdrawal.signal,
      async read() {
        try {
          return await next();
        } catch (error) {
          end(offer, { error });
          throw error;
        }
      },
      close(delivered) {
        leave(client, begun);
        end(offer, delivered ? {} : { error: new HumError(notDelivered(wish.host)) });
      },
    };
  }

  /** A transfer that has failed is over already. */
  function leave(client: string, { transfer }: DownloadBegun): void {
    files.end(client, transfer).catch(() => undefined);
  }

  return {
    offer: (client, wish, signal) =>
      abortable([signal], async function* (ending) {
        if (offers.has(wish.token)) throw new HumError(offeredAlready(wish.host));
        if ([...offers.values()].filter((each) => each.client === client).length >= mostOffers) {
          throw new HumError(tooManyOffers(wish.host, mostOffers));
        }
        const offer: Offer = { client, wish, bell: new Bell(), taken: false, bytes: 0, withdrawal: new AbortController() };
        offers.set(wish.token, offer);
        try {
          yield* follow(offer, ending);
        } finally {
          offer.withdrawal.abort();
          offers.delete(wish.token);
        }
      }),
    take(token) {
      const offer = offers.get(token);
      return offer === undefined || offer.taken ? undefined : begin(offer);
    },
  };
}
