import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import type { ImageHost } from '../../src/main/xen/images/image-host.ts';
import { createTransfers } from '../../src/main/xen/images/transfers.ts';
import { createUploads } from '../../src/main/xen/images/uploads.ts';
import type { ImageTransfer } from '../../src/shared/contract/images.ts';
import { HumError } from '../../src/shared/errors.ts';
import { patience } from '../support/patience.ts';

test('an upload that is whole is not given up while its host reads it once more, however long that takes', async () => {
  const data = Buffer.from('the whole of it');
  const sum = createHash('sha256').update(data).digest('hex');
  const place = vi.fn(() => Promise.resolve());
  const image: Partial<ImageHost> = {
    begin: () => Promise.resolve(0),
    receive: (at, piece) => Promise.resolve(at + (piece as Buffer).length),
    checksum: () => pause(500, { sum, noted: null }),
    place,
  };
  const keyOf = ({ host, folder, name }: Pick<ImageTransfer, 'host' | 'folder' | 'name'>) => `${host} ${folder} ${name}`;
  const transfers = createTransfers({ keyOf });
  const noSftp = new HumError({ code: 'program-missing', message: 'No SFTP.', hint: 'Install it.' });
  const uploads = createUploads({
    keyOf,
    transfers,
    imageOf: () => image as ImageHost,
    files: () => ({ files: () => Promise.reject(noSftp) }),
    patienceMs: 200,
  });
  const wish = {
    host: 'a',
    folder: '/srv/xen/images',
    name: 'a.img',
    bytes: data.length,
    modifiedAt: 1,
    chosen: 'the-file-that-was-chosen',
  };
  const { transfer } = await uploads.begin(wish);
  await uploads.take({ transfer, offset: 0, data });
  const states: string[] = [];
  const ended = new AbortController();
  const told = (async () => {
    for await (const all of transfers.watch(ended.signal, async () => undefined)) states.push(all[0]?.state ?? '');
  })();
  await vi.waitFor(() => expect(states.at(-1)).toBe('done'), patience);
  expect(states).not.toContain('failed');
  expect(place).toHaveBeenCalledWith(data.length, sum, expect.any(String));
  ended.abort();
  await told;
  await transfers.stop();
});
