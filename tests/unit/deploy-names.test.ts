import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesIn, drawAddresses } from '../../src/main/xen/deploy/addresses.ts';
import { freeMac, isInMacRange } from '../../src/main/xen/deploy/macs.ts';
import { mostVms, namesOf } from '../../src/main/xen/deploy/names.ts';
import { ipv4Number } from '../../src/main/xen/templates/readers.ts';
import { domainName } from '../../src/shared/contract/xen.ts';

const namesFrom = (text: string) => {
  const read = namesOf(text);
  return read.kind === 'names' ? read.names : read.message;
};

describe('the names of a request', () => {
  it('are those of a range, in order', () => {
    expect(namesFrom(' web[01-03] ')).toEqual(['web01', 'web02', 'web03']);
    expect(namesFrom('a,b,a')).toEqual(['a', 'b']);
  });

  it('are each one that a VM can have, whatever the text is, or a sentence says what is wrong', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('web', '[1-3]', '[01-250]', ',', '-', '\n', '$(reboot)', ']', '#', '\u202e', 'Domain-0', '(null)', 'xend-a', '7'),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const read = namesOf(pieces.join(''));
        if (read.kind === 'invalid') {
          expect(read.message).toMatch(/^\P{Cc}+\.$/u);
          expect(read.message.length).toBeLessThan(300);
          return;
        }
        expect(read.names.length).toBeGreaterThan(0);
        expect(read.names.length).toBeLessThanOrEqual(mostVms);
        expect(new Set(read.names).size).toBe(read.names.length);
        for (const name of read.names) {
          expect(domainName.safeParse(name).success).toBe(true);
          expect(name).not.toMatch(/^(?:domain-0$|xend-)/i);
        }
      }),
    );
  });

  it('are 200 at most, and none that would not be seen again', () => {
    expect(namesFrom(`web[1-${mostVms + 1}]`)).toBe('That is 201 VMs; 200 at most are deployed at once.');
    expect(namesFrom('web[1-99999]')).toBe('That is more than 10,000 VMs.');
    for (const name of ['domain-0', 'xend-config', 'xlexample', 'a.rpm', 'a.dpkg-old', '-a', '12', 'x'.repeat(65), 'x'.repeat(10_000)]) {
      expect(namesFrom(name)).toContain('cannot be the name of a VM');
    }
  });
});

describe('a MAC address', () => {
  it('is in the range of Xen and taken by nobody, however the bytes fall', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), fc.nat({ max: 50 }), (bytes, followers) => {
        const taken = new Set<string>();
        for (let count = 0; count <= followers; count += 1) {
          const mac = freeMac(taken, () => bytes) ?? '';
          expect(mac).toMatch(/^00:16:3e(?::[0-9a-f]{2}){3}$/);
          expect(taken.has(mac)).toBe(false);
          taken.add(mac);
        }
      }),
    );
  });

  it('is none when there is none left', () => {
    expect(freeMac({ has: () => true }, () => new Uint8Array(6))).toBeUndefined();
  });

  it('of a range is one of it, each once, until all are taken', () => {
    const mac = (number: number) =>
      number
        .toString(16)
        .padStart(12, '0')
        .replace(/..(?=.)/g, '$&:');
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.nat({ max: 60 }), fc.uint8Array({ minLength: 6, maxLength: 6 }), (begin, more, bytes) => {
        const range = { first: mac(begin), last: mac(begin + more) };
        const taken = new Set<string>();
        for (let count = 0; count <= more; count += 1) {
          const each = freeMac(taken, () => bytes, range) ?? '';
          expect(each >= range.first && each <= range.last && isInMacRange(each, range)).toBe(true);
          taken.add(each);
        }
        expect(taken.size).toBe(more + 1);
        expect(freeMac(taken, () => bytes, range)).toBeUndefined();
      }),
    );
  });
});

describe('addresses', () => {
  const textOf = (number: number) => [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
  const address = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map(textOf);

  it('count up within their network, past what is taken', () => {
    const near = fc.tuple(
      address,
      fc.integer({ min: 8, max: 32 }),
      fc.nat({ max: 30 }),
      fc.array(fc.nat({ max: 40 })),
      fc.nat({ max: 40 }),
      fc.option(fc.nat({ max: 20 }), { nil: undefined }),
    );
    fc.assert(
      fc.property(near, ([first, prefix, count, offsets, gatewayOffset, lastOffset]) => {
        const size = 2 ** (32 - prefix);
        const at = (offset: number) => textOf(Math.min(2 ** 32 - 1, ipv4Number(first) + offset));
        const taken = new Set(offsets.map(at));
        const gateway = at(gatewayOffset);
        const last = lastOffset === undefined ? undefined : at(lastOffset);
        const drawn = drawAddresses({ first, prefix, gateway, ...(last === undefined ? {} : { last }) }, count, taken);
        expect(drawn.length).toBeLessThanOrEqual(count);
        const numbers = drawn.map(ipv4Number);
        if (last !== undefined) expect(numbers.every((number) => number <= ipv4Number(last))).toBe(true);
        for (const [index, number] of numbers.entries()) {
          expect(number).toBeGreaterThanOrEqual(ipv4Number(first));
          expect(Math.floor(number / size)).toBe(Math.floor(ipv4Number(first) / size));
          if (prefix < 31) expect([0, size - 1]).not.toContain(number % size);
          if (index > 0) expect(number).toBeGreaterThan(numbers[index - 1] ?? 0);
        }
        for (const each of drawn) expect(taken.has(each) || each === gateway).toBe(false);
        // Nothing that would have done was passed over: it ends early only where the range or the network does.
        if (drawn.length < count) {
          const ofNetwork = ipv4Number(first) - (ipv4Number(first) % size) + size - 1 - (prefix < 31 ? 1 : 0);
          const end = Math.min(ofNetwork, ipv4Number(last ?? '255.255.255.255'));
          const from = (numbers.at(-1) ?? ipv4Number(first) - 1) + 1;
          for (let number = from; number <= Math.min(end, from + 100); number += 1) {
            const text = textOf(number);
            const isNetwork = prefix < 31 && number % size === 0;
            expect(taken.has(text) || text === gateway || isNetwork).toBe(true);
          }
        }
      }),
    );
  });

  it('are found in a command line, and nothing else is taken for one', () => {
    expect(addressesIn('console=hvc0 ip=10.0.2.110::10.0.2.2:255.255.255.0:web:eth0:off v1.2.3 1.2.3.4.5 300.1.1.1 01.2.3.4')).toEqual([
      '10.0.2.110',
      '10.0.2.2',
      '255.255.255.0',
    ]);
    fc.assert(
      fc.property(address, (each) => {
        expect(addressesIn(`a=${each},b`)).toEqual([each]);
      }),
    );
  });
});
