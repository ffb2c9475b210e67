import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { consoleLines } from '../../src/shared/console-text.ts';
import { appendTrend, emptyTrend, trendPoints, trendStepMs } from '../../src/shared/trend.ts';
import { formatAge, formatBytes, formatDuration, formatRatio } from '../../src/shared/units.ts';
import { visibleText } from '../../src/shared/visible-text.ts';

describe('text from a host', () => {
  it('shows control, escape, BiDi and zero-width characters instead of obeying them', () => {
    expect(visibleText('web\n01')).toBe('web\\n01');
    expect(visibleText('\u001b[31mred\u001b]0;title\u0007')).toBe('\\e[31mred\\e]0;title\\u{7}');
    expect(visibleText('invoice\u202Egpj.exe')).toBe('invoice\\u{202e}gpj.exe');
    expect(visibleText('ad\u200Bmin\u2066x\u2069')).toBe('ad\\u{200b}min\\u{2066}x\\u{2069}');
    expect(visibleText('\u2028\uFEFF\u00AD')).toBe('\\u{2028}\\u{feff}\\u{ad}');
  });

  it('leaves ordinary text of any script alone', () => {
    for (const text of ['$(reboot)', 'Größe', 'サーバー01', '<b>bold</b>', 'שרת']) expect(visibleText(text)).toBe(text);
  });

  it('is cut at its limit and says so', () => {
    expect(visibleText('x'.repeat(600))).toBe(`${'x'.repeat(500)}…`);
  });

  it('that a console has shown is lines without colours, whose other characters act no more', () => {
    const text = '[\u001b[0;32m  OK  \u001b[0m] up\r\n 10%\r 20%\r\r\n\u001b]0;title\u0007a\u202eb\u0007\n<b>\r';
    expect(consoleLines(text, 100)).toEqual(['[  OK  ] up', ' 20%', 'a\\u{202e}b\\u{7}', '<b>']);
    expect(consoleLines('x'.repeat(9), 4)).toEqual(['xxxx…']);
    // What a guest may print for ever: the work grows with it, and not with its square.
    expect(consoleLines('\r'.repeat(2 ** 20), 100)).toEqual(['']);
    expect(consoleLines(`${'a\r'.repeat(2 ** 19)}\n`, 100)).toEqual(['a', '']);
    expect(consoleLines('\u001b['.repeat(2 ** 19), 100)).toHaveLength(1);
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        (any) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(consoleLines(any, 200).join('')),
      ),
    );
  });

  it('has no invisible character left, whatever came in', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(visibleText(text))),
    );
  });
});

describe('a quantity', () => {
  it('is bytes in binary units', () => {
    expect(formatBytes(0)).toBe('0 B');
    expect(formatBytes(1023)).toBe('1023 B');
    expect(formatBytes(1024)).toBe('1.0 KiB');
    expect(formatBytes(16_777_216_000)).toBe('15.6 GiB');
    expect(formatBytes(536_870_912)).toBe('512 MiB');
    expect(formatBytes(-2048)).toBe('−2.0 KiB');
  });

  it('is a ratio in whole percent, and never zero when it is not', () => {
    expect([0, 0.004, 0.424, 0.996, 1].map(formatRatio)).toEqual(['0 %', '< 1 %', '42 %', '100 %', '100 %']);
  });

  it('is a duration in its two largest units', () => {
    expect([900, 12_000, 185_000, 7_500_000, 7_200_000, 3_553_200_000].map(formatDuration)).toEqual([
      '0 s',
      '12 s',
      '3 min',
      '2 h 5 min',
      '2 h',
      '41 d 3 h',
    ]);
    expect(formatAge(400)).toBe('now');
    expect(formatDuration(-5)).toBe('0 s');
  });
});

describe('a trend', () => {
  const at = (step: number, ms = 0) => step * trendStepMs + ms;

  it('keeps the highest sample of a step, so that a spike stays', () => {
    let trend = appendTrend(emptyTrend, at(100), 0.4);
    trend = appendTrend(trend, at(100, 5000), 0.9);
    trend = appendTrend(trend, at(100, 10_000), 0.5);
    expect(trend).toEqual({ endStep: 100, points: [0.9] });
  });

  it('shows missing steps as gaps and forgets what is older than 15 minutes', () => {
    let trend = appendTrend(emptyTrend, at(100), 0.1);
    trend = appendTrend(trend, at(103), 0.2);
    expect(trend.points).toEqual([0.1, null, null, 0.2]);
    expect(appendTrend(trend, at(103 + trendPoints), 0.3).points).toEqual([0.3]);
  });

  it('takes a late sample in its place and drops one from before its window', () => {
    let trend = appendTrend(emptyTrend, at(100), 0.1);
    trend = appendTrend(trend, at(102), 0.2);
    expect(appendTrend(trend, at(101), 0.7).points).toEqual([0.1, 0.7, 0.2]);
    expect(appendTrend(trend, at(10), 0.7)).toEqual(trend);
  });

  it('never grows beyond its points', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(10_000_000), { maxLength: 300 }), (times) => {
        let trend = emptyTrend;
        for (const time of times) trend = appendTrend(trend, time, 0.5);
        expect(trend.points.length).toBeLessThanOrEqual(trendPoints);
      }),
    );
  });
});
