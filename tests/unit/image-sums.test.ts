import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SentSums } from '../../src/main/xen/images/sent-sums.ts';
import { goesOnAt, piecesAtOnce, uploadPieceBytes } from '../../src/shared/file-limits.ts';

const size = 7 * uploadPieceBytes + 11;
const file = Buffer.alloc(size);
for (let at = 0; at < size; at += 4093) file.writeUInt8(at % 251, at);
const whole = createHash('sha256').update(file).digest('hex');
const pieces = Math.ceil(size / uploadPieceBytes);

it('the sum of what is sent is that of the file, wherever it was cut, and the Hum that was cut does not begin anew', () => {
  const cut = fc.record({ sent: fc.nat({ max: pieces - 1 }), lost: fc.nat({ max: piecesAtOnce }), another: fc.boolean() });
  fc.assert(
    fc.property(fc.array(cut, { maxLength: 4 }), (cuts) => {
      let sums = new SentSums();
      let there = 0;
      for (const { sent, lost, another } of cuts) {
        const sum = sums.begin('x', goesOnAt(there));
        const end = Math.min(size - 1, sum.from + sent * uploadPieceBytes);
        for (let at = sum.from; at < end; at += uploadPieceBytes) sum.add(file.subarray(at, at + uploadPieceBytes));
        // The host may not have got the last of them.
        there = Math.max(there, end - lost * uploadPieceBytes);
        if (another) sums = new SentSums();
      }
      const last = sums.begin('x', goesOnAt(there));
      if (!cuts.some(({ another }) => another)) expect(last.from).toBe(goesOnAt(there));
      for (let at = last.from; at < size; at += uploadPieceBytes) last.add(file.subarray(at, at + uploadPieceBytes));
      expect(last.whole()).toBe(whole);
    }),
    { numRuns: 30 },
  );
});

it('what was sent of one file is not taken for another', () => {
  const sums = new SentSums();
  sums.begin('x', 0).add(file.subarray(0, uploadPieceBytes));
  expect(sums.begin('x', uploadPieceBytes).from).toBe(uploadPieceBytes);
  expect(sums.begin('y', uploadPieceBytes).from).toBe(0);
  sums.forget('x');
  expect(sums.begin('x', uploadPieceBytes).from).toBe(0);
});
