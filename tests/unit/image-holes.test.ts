import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutHoles } from '../../src/main/xen/images/upload-way.ts';

const kib64 = 64 * 1024;

test('what is written of a piece and the holes between it are the piece, and a whole block of zeros is never written', () => {
  const block = fc.tuple(fc.constantFrom('zeros', 'bytes', 'last byte'), fc.integer({ min: 1, max: 255 }));
  fc.assert(
    fc.property(fc.array(block, { maxLength: 16 }), fc.integer({ min: 0, max: kib64 - 1 }), (blocks, short) => {
      const whole = Buffer.concat(
        blocks.map(([kind, byte]) => {
          const content = Buffer.alloc(kib64, kind === 'bytes' ? byte : 0);
          if (kind === 'last byte') content[kib64 - 1] = byte;
          return content;
        }),
      );
      const piece = whole.subarray(0, Math.max(0, whole.length - short));
      const written = Buffer.alloc(piece.length);
      let end = -1;
      for (const [from, to] of withoutHoles(piece)) {
        // Neighbours are one run.
        expect(from).toBeGreaterThan(end);
        end = to;
        for (let at = from; at < to; at += kib64)
          expect(piece.subarray(at, Math.min(at + kib64, to)).some((byte) => byte !== 0)).toBe(true);
        piece.copy(written, from, from, to);
      }
      expect(written.equals(piece)).toBe(true);
    }),
    { numRuns: 50 },
  );
});
