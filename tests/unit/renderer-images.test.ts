import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { PieceOrder } from '../../src/main/pieces.ts';
import { base64Of } from '../../src/renderer/components/base64.ts';
import { sendFile, sendPiece } from '../../src/renderer/components/send-file.ts';
import {
  endedMore,
  imageNameOf,
  progressWords,
  sizeWords,
  transferRatio,
  transferTitle,
  transferWords,
} from '../../src/renderer/images/image-words.ts';
import { whyNotUpload } from '../../src/renderer/images/upload.ts';
import type { ImageTransfer } from '../../src/shared/contract/images.ts';
import { HumError } from '../../src/shared/errors.ts';
import { uploadPieceBytes } from '../../src/shared/file-limits.ts';
import { patience } from '../support/patience.ts';

const transfer: ImageTransfer = {
  id: 'a',
  kind: 'copy',
  name: 'debian-12.img',
  host: 'h2',
  folder: '/srv/xen/images',
  from: 'h1',
  fromFolder: '/srv/xen/images',
  state: 'running',
  checking: false,
  bytes: 2 ** 29,
  total: 2 ** 31,
  rate: 2 ** 26,
};

describe('the name of an image', () => {
  it('keeps what the contract takes of the name of a file', () => {
    expect(imageNameOf('debian-12.img')).toBe('debian-12.img');
    expect(imageNameOf('My disk (1).img')).toBe('My-disk-1.img');
    expect(imageNameOf('.hidden')).toBe('hidden');
    expect(imageNameOf('../../etc/passwd')).toBe('etc-passwd');
    expect(imageNameOf('日本')).toBeNull();
  });

  it('is one that the contract takes, whatever the file is called', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 300 }), fc.string({ unit: 'binary', maxLength: 40 }), fc.stringMatching(/^[\w.+-]{1,300}$/)),
        (name) => {
          const image = imageNameOf(name);
          if (image !== null) expect(image).toMatch(/^\w[\w.+-]{0,199}$/);
        },
      ),
    );
  });
});

describe('a transfer in words', () => {
  it('tells how far it is, how fast, and how long it still takes', () => {
    expect(progressWords(transfer)).toBe('512 MiB of 2.0 GiB · 25 % · 64.0 MiB/s · 24 s left');
    expect(progressWords({ ...transfer, rate: null })).toBe('512 MiB of 2.0 GiB · 25 %');
    expect(progressWords({ ...transfer, total: null })).toBe('512 MiB · 64.0 MiB/s');
    expect(progressWords({ ...transfer, rate: 0 })).toBe('512 MiB of 2.0 GiB · 25 %');
    expect(progressWords({ ...transfer, checking: true })).toBe('checking · 512 MiB of 2.0 GiB · 25 % · 64.0 MiB/s · 24 s left');
    expect(progressWords({ ...transfer, kind: 'verify', checking: true })).toBe('512 MiB of 2.0 GiB · 25 % · 64.0 MiB/s · 24 s left');
    expect(progressWords({ ...transfer, state: 'failed' })).toBe('512 MiB of 2.0 GiB · 25 %');
    expect(progressWords({ ...transfer, state: 'done' })).toBe('2.0 GiB');
    expect(transferWords(transfer)).toBe(progressWords(transfer));
    expect(transferWords({ ...transfer, state: 'done' })).toBe('2.0 GiB · checked');
    expect(transferWords({ ...transfer, state: 'done', kind: 'verify' })).toBe('2.0 GiB');
  });

  it('is never more than the whole', () => {
    expect(transferRatio({ bytes: 3, total: 2 })).toBe(1);
    expect(transferRatio({ bytes: 3, total: 0 })).toBeNull();
  });

  it('tells what it is', () => {
    const nameOf = (host: string) => (host === 'h1' ? 'xen-a' : 'xen-b');
    expect(transferTitle(transfer, nameOf)).toBe('Copy debian-12.img from xen-a to xen-b');
    expect(transferTitle({ ...transfer, kind: 'upload', from: null }, nameOf)).toBe('Upload debian-12.img to xen-b');
    expect(transferTitle({ ...transfer, kind: 'verify', from: null }, nameOf)).toBe('Verify debian-12.img on xen-b');
    const within = { ...transfer, from: 'h2', fromFolder: '/mnt/a\u202eb' };
    expect(transferTitle(within, nameOf, true)).toBe('Copy debian-12.img from xen-b:/mnt/a\\u{202e}b to xen-b:/srv/xen/images');
  });

  it('tells when one more has ended', () => {
    const done = { ...transfer, state: 'done' } as const;
    expect(endedMore([transfer], [done])).toBe(true);
    expect(endedMore([transfer], [])).toBe(true);
    expect(endedMore([], [done])).toBe(true);
    expect(endedMore([transfer], [transfer, { ...transfer, id: 'b' }])).toBe(false);
    expect(endedMore([done], [done])).toBe(false);
  });

  it('tells what a sparse image takes', () => {
    expect(sizeWords({ bytes: 2 ** 31, allocated: 640 * 2 ** 20 })).toBe('2.0 GiB, 640 MiB on the disk');
    expect(sizeWords({ bytes: 2 ** 31, allocated: 2 ** 31 })).toBe('2.0 GiB');
  });
});

describe('base64', () => {
  it('is what everybody else makes of the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100_000 }), (bytes) => base64Of(bytes) === Buffer.from(bytes).toString('base64')),
      { numRuns: 30 },
    );
  });
});

describe('an upload', () => {
  afterEach(() => void vi.unstubAllGlobals());

  const lost = () => new HumError({ code: 'connection-lost', message: 'lost', hint: '' });

  /** A host that keeps what arrives in order, and whose connection breaks at the sends that `breaks` names, before or after they were written. */
  function host(breaks: ReadonlyMap<number, 'before' | 'after'>, first: Uint8Array) {
    let kept = Buffer.from(first);
    let sends = 0;
    let order = new PieceOrder(0, lost);
    return {
      kept: () => kept,
      road: {
        async begin() {
          order = new PieceOrder(kept.length, lost);
          return { transfer: 't', offset: kept.length };
        },
        async send(_: string, offset: number, piece: Blob) {
          const broken = breaks.get(sends);
          sends += 1;
          const data = Buffer.from(await piece.arrayBuffer());
          const mine = order;
          try {
            await mine.turn(offset, offset + data.length, async () => {
              if (broken === 'before') throw lost();
              expect(offset).toBe(kept.length);
              kept = Buffer.concat([kept, data]);
              if (broken === 'after') throw lost();
            });
          } catch (error) {
            mine.end(error);
            throw error;
          }
        },
        reachable: async () => undefined,
        comesBack: () => true,
      },
    };
  }

  it('arrives whole however often the connection is lost, and goes on where an earlier one was cut', async () => {
    const breaks = fc.array(fc.tuple(fc.nat({ max: 8 }), fc.constantFrom('before' as const, 'after' as const)), { maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 * uploadPieceBytes }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        breaks,
        async (size, share, broken) => {
          const bytes = Buffer.alloc(size);
          for (let at = 0; at < size; at += 4093) bytes.writeUInt8(at % 251, at);
          const there = host(new Map(broken), bytes.subarray(0, Math.floor(size * share)));
          await sendFile(new Blob([bytes]), there.road, () => undefined, new AbortController().signal);
          expect(there.kept().equals(bytes)).toBe(true);
        },
      ),
      { numRuns: 12 },
    );
  });

  it('ends with what the host refused', async () => {
    const there = host(new Map(), new Uint8Array());
    const full = new HumError({ code: 'disk-full', message: 'full', hint: '' });
    const road = { ...there.road, send: () => Promise.reject(full) };
    await expect(sendFile(new Blob(['x']), road, () => undefined, new AbortController().signal)).rejects.toBe(full);
  });

  it('sends nothing more after it was cancelled', async () => {
    const stopping = new AbortController();
    let sends = 0;
    const there = host(new Map(), new Uint8Array());
    const road = {
      ...there.road,
      send: async () => {
        sends += 1;
        stopping.abort();
      },
    };
    await expect(sendFile(new Blob([new Uint8Array(5 * uploadPieceBytes)]), road, () => undefined, stopping.signal)).rejects.toThrow(
      'abort',
    );
    expect(sends).toBe(1);
  });

  it('sends four pieces at once, of all that are sent', async () => {
    const answers: (() => void)[] = [];
    const asked = vi.fn(() => new Promise<Response>((resolve) => answers.push(() => resolve(new Response(null, { status: 204 })))));
    vi.stubGlobal('fetch', asked);
    const { signal } = new AbortController();
    const sent = Array.from({ length: 6 }, (_, at) => sendPiece(`t${at}`, at, new Blob(['x']), signal));
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(4), patience);
    answers.shift()?.();
    await sent[0];
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(5), patience);
    expect(asked).toHaveBeenLastCalledWith('/piece/t4/4', expect.objectContaining({ method: 'PUT' }));
    answers.shift()?.();
    await vi.waitFor(() => expect(asked).toHaveBeenCalledTimes(6), patience);
    for (const answer of answers) answer();
    await Promise.all(sent);
  });

  it('tells what the console refused, a console that is gone, and a file that cannot be read', async () => {
    const { signal } = new AbortController();
    const full = { code: 'disk-full', message: 'It is full.', hint: 'Make room.' };
    vi.stubGlobal('fetch', async () => Response.json(full));
    await expect(sendPiece('t', 0, new Blob(['x']), signal)).rejects.toMatchObject({ problem: full });
    vi.stubGlobal('fetch', async () => new Response('no page', { status: 404 }));
    await expect(sendPiece('t', 0, new Blob(['x']), signal)).rejects.toThrow('404');
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('Failed to fetch')));
    await expect(sendPiece('t', 0, new Blob(['x']), signal)).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
    const unreadable = Object.assign(new Blob(['x']), {
      arrayBuffer: () => Promise.reject(new DOMException('changed', 'NotReadableError')),
    });
    await expect(sendPiece('t', 0, unreadable, signal)).rejects.toThrow('changed');
  });

  it('is sent as bytes by a shell that cannot send part of a file', async () => {
    const bodies: unknown[] = [];
    vi.stubGlobal('fetch', async (_: string, { body }: RequestInit) => {
      bodies.push(body);
      if (body instanceof Blob) throw new TypeError('Failed to fetch');
      return new Response(null, { status: 204 });
    });
    await sendPiece('t', 0, new Blob(['x']), new AbortController().signal);
    expect(bodies).toEqual([expect.any(Blob), expect.any(ArrayBuffer)]);
  });

  it('ends where the way is open and nothing arrives, however often it is tried', async () => {
    const there = host(new Map(), new Uint8Array());
    const send = vi.fn(() => Promise.reject(lost()));
    const sent = sendFile(new Blob(['x']), { ...there.road, send }, () => undefined, new AbortController().signal);
    await expect(sent).rejects.toMatchObject({ problem: { code: 'connection-lost' } });
    expect(send).toHaveBeenCalledTimes(6);
  });

  it('is refused before anything is asked of a host where that is clear', () => {
    const file = { name: 'x.img', size: 1 };
    expect(whyNotUpload(file, 'x.img', new Set())).toBeNull();
    expect(whyNotUpload(file, 'x.img', new Set(['x.img']))?.code).toBe('conflict');
    expect(whyNotUpload({ ...file, size: 0 }, 'x.img', new Set())?.message).toBe('This file is empty.');
    expect(whyNotUpload(file, null, new Set())?.code).toBe('bad-input');
  });
});
