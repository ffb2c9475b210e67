import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { domainMatches } from '../../src/renderer/xen/match.ts';
import { parseDomainQuery } from '../../src/renderer/xen/query.ts';
import type { DomainRow } from '../../src/shared/contract/xen.ts';
import { at, domain, gib, offLoad, vif } from './renderer-xen-samples.ts';

const around = { hostName: 'xen-a.example.org', group: 'rack1', tags: ['prod', 'ssd'], twice: false, now: at };

function answers(filter: string, row: DomainRow, change: Partial<typeof around> = {}): boolean {
  const query = parseDomainQuery(filter);
  expect(query.errors).toEqual([]);
  return domainMatches(query, row, { ...around, ...change });
}

const web = domain('h1', 'web01', {
  facts: { vifs: [vif('00:16:3e:00:00:01')], type: 'pvh', autostart: true, differs: ['memory'] },
  load: { memory: 6 * gib, cpuUsed: 0.6, vcpus: 4, state: 'running' },
});
const off = domain('h1', 'old one', { facts: { configFile: '/etc/xen/old.cfg' }, load: offLoad });

describe('the filter of the domains', () => {
  test.each([
    ['web', true],
    ['"web01"', true],
    ['host:xen-a', true],
    ['host:xen-b', false],
    ['type:pvh', true],
    ['type:pv', false],
    ['type:pv*', true],
    ['tag:prod', true],
    ['group:rack1', true],
    ['state:running', true],
    ['is:up', true],
    ['state:off,running', true],
    ['-state:running', false],
    ['is:differs is:autostart', true],
    ['is:twice', false],
    ['mem>4g', true],
    ['mem<4g', false],
    ['mem>4096m', true],
    ['cpu>50', true],
    ['cpu>=61', false],
    ['vcpus:4', true],
    ['mac:00:16:3e', true],
    ['net>2k', true],
    ['uptime<2h', true],
    ['id=7', true],
  ])('%s', (filter, expected) => {
    expect(answers(filter, web)).toBe(expected);
  });

  test('finds by name, quoted where it has a space', () => {
    expect(answers('name:"old one"', off)).toBe(true);
    expect(answers('"old one"', web)).toBe(false);
  });

  test('compares no figure that a domain does not have', () => {
    expect(answers('mem<100g', off)).toBe(false);
    expect(answers('cpu<100', off)).toBe(false);
    expect(answers('uptime>0s', off)).toBe(false);
  });

  test('takes the words of xl for states', () => {
    expect(answers('state:blocked', domain('h1', 'x', { load: { state: 'idle' } }))).toBe(true);
    expect(answers('state:stopped', off)).toBe(true);
  });

  test('knows what shares something with another domain', () => {
    expect(answers('is:twice', web, { twice: true })).toBe(true);
  });

  test.each([
    ['colour:red', 'There is no field "colour"'],
    ['state:sleeping', 'There is no state "sleeping"'],
    ['mem>lots', 'mem is compared with a number'],
    ['mem>4x', 'is no size'],
    ['name>3', 'name is text'],
    ['host:', 'needs a value'],
  ])('says what it does not understand in %s', (filter, message) => {
    const { errors } = parseDomainQuery(filter);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(message);
    expect(errors[0]).toMatchObject({ at: 0, length: filter.length });
  });

  test('reads any text at all without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const query = parseDomainQuery(text);
        expect(() => domainMatches(query, web, around)).not.toThrow();
      }),
    );
  });
});
