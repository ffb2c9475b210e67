import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditCsv, csvField } from '../../src/main/plans/audit-export.ts';
import { commandAction } from '../../src/main/plans/command-step.ts';
import { fileActions } from '../../src/main/plans/file-step.ts';
import { outputBytes, withOutput } from '../../src/main/plans/output-tail.ts';
import { newRecord, planView } from '../../src/main/plans/record.ts';
import { mostInAll, mostPerHost, turns } from '../../src/main/plans/turns.ts';
import { HumError } from '../../src/shared/errors.ts';
import { toyPlan, toyStep } from '../support/plans.ts';

const about = { hostName: 'h', batch: 'b', by: 'ada', createdAt: 0 };
const planOn = (...hosts: string[]) =>
  newRecord(
    toyPlan(
      hosts.map((host) => toyStep('x', 'well', 'well', host)),
      { host: hosts[0] ?? 'h' },
    ),
    about,
  );

describe('turns', () => {
  it('never give a host or the fleet more than their share, and never leave a free host waiting', () => {
    const hosts = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 2 });
    fc.assert(
      fc.property(fc.array(hosts, { maxLength: 60 }), (lists) => {
        const queue = lists.map((list) => planOn(...list));
        const chosen = turns(queue, []);
        for (const host of 'abcd') {
          const load = chosen.filter((plan) => plan.steps.some((step) => step.host === host) || plan.host === host).length;
          expect(load).toBeLessThanOrEqual(mostPerHost);
        }
        if (queue[0]) expect(chosen[0]).toBe(queue[0]);
        expect(chosen).toEqual(queue.filter((plan) => chosen.includes(plan)));
      }),
    );
  });

  it('count both hosts of a plan on two, which nothing behind it overtakes', () => {
    const running = [planOn('a'), planOn('a')];
    const [migration, later, elsewhere] = [planOn('a', 'b'), planOn('b'), planOn('c')];
    expect(turns([migration, later, elsewhere], running)).toEqual([later, elsewhere]);
    expect(turns([migration, later, planOn('b')], running)).toEqual([later]);
    expect(turns([migration, later], [planOn('a')])).toEqual([migration, later]);
  });

  it('give a batch as many at once on a host as it asks for, and leave what it does not use to others', () => {
    const batch = (name: string, atOnce: number, count: number) =>
      Array.from({ length: count }, () => newRecord(toyPlan([toyStep('x')], { atOnce }), { ...about, batch: name }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat({ max: 12 }), (atOnce, count) => {
        expect(turns(batch('one', atOnce, count), [])).toHaveLength(Math.min(atOnce, count));
      }),
    );
    const [first, ...rest] = batch('one', 1, 5);
    if (first === undefined) throw new Error('no plan');
    const other = newRecord(toyPlan([toyStep('x')]), about);
    expect(turns([...rest, other], [first])).toEqual([other]);
    expect(turns(rest, [])).toEqual(rest.slice(0, 1));
  });

  it('are bounded for the whole fleet', () => {
    const many = Array.from({ length: 100 }, (_, at) => planOn(`h${at}`));
    expect(turns(many, [])).toHaveLength(mostInAll);
    expect(turns(many.slice(40), many.slice(0, 31))).toHaveLength(1);
  });
});

describe('the output of a step', () => {
  it('is kept to its end within its bound, whatever it is made of and however it comes', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 50 }),
      fc.constant('é'.repeat(20_000)),
      fc.constant('😀'.repeat(9_000)),
      fc.constant('x'.repeat(70_000)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const output = pieces.reduce(withOutput, '');
        expect(Buffer.byteLength(output)).toBeLessThanOrEqual(outputBytes);
        const whole = pieces.join('');
        if (Buffer.byteLength(whole) <= outputBytes) expect(output).toBe(whole);
        else expect(whole.toWellFormed().endsWith(output.slice(1).toWellFormed())).toBe(true);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the audit log as CSV', () => {
  /** Reads RFC 4180 back: fields in quotes, doubled inside. */
  const read = (csv: string) =>
    csv
      .split(/\r\n(?=(?:[^"]*"[^"]*")*[^"]*$)/)
      .filter((line) => line !== '')
      .map((line) => [...line.matchAll(/"((?:[^"]|"")*)"(?:,|$)/g)].map((match) => (match[1] ?? '').replaceAll('""', '"')));

  it('has a line for each step, of as many fields as its head, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 4 }), (names) => {
        const plan = planView(
          newRecord(
            toyPlan(
              names.map((name) => ({ ...toyStep('x'), title: name })),
              { title: names[0] ?? '' },
            ),
            about,
          ),
        );
        const [head = [], ...lines] = read(auditCsv([plan]));
        expect(lines).toHaveLength(names.length);
        for (const line of lines) expect(line).toHaveLength(head.length);
      }),
    );
  });

  it.each(['=cmd|"/c calc"!A1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '\u200b=1', '|x', '%x'])(
    'holds %j as text, not as a formula',
    (text) => {
      expect(csvField(text)).toMatch(/^"'/);
    },
  );

  it('keeps lines apart and shows what would act in a terminal', () => {
    expect(csvField('one\r\ntwo "2"\u001b[31m\u202e')).toBe('"one\ntwo ""2""\\e[31m\\u{202e}"');
  });
});

describe('what a person sees of a step before it is done', () => {
  it('is a command that can be pasted, with what it is fed named', () => {
    expect(commandAction({ argv: ['xl', 'pause', "it's; $(reboot)"] }).shown).toBe("xl pause 'it'\\''s; $(reboot)'");
    expect(commandAction({ argv: ['xl', 'create', '/dev/stdin'], stdin: 'né' }).shown).toBe('xl create /dev/stdin < (3 bytes)');
  });

  it('is, for a file, where the one before is kept', () => {
    const at = Date.UTC(2026, 10, 23, 5, 10, 0);
    const { action, undo } = fileActions({ path: '/etc/xen/a b.cfg', content: 'x', expectedVersion: '0'.repeat(64), at });
    expect(action.shown).toBe("cp -p '/etc/xen/a b.cfg' '/etc/xen/a b.cfg.hum-20261123T051000'; cat > '/etc/xen/a b.cfg'");
    expect(undo.shown).toBe("mv '/etc/xen/a b.cfg.hum-20261123T051000' '/etc/xen/a b.cfg'");
    expect(fileActions({ path: '/etc/xen/new', content: 'x', expectedVersion: null, at }).undo.shown).toBe('rm /etc/xen/new');
  });

  it.each(['', 'etc/x', '/', '/etc/', '-rf', '/a\0b'])('is refused for the path %j', (path) => {
    expect(() => fileActions({ path, content: '', expectedVersion: null, at: 0 })).toThrow(HumError);
  });
});
