import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createDesktopNotices, type Notice, noticeOf } from '../../src/main/channels/desktop-notices.ts';
import { exampleMessages, readMessage } from '../../src/main/channels/message.ts';
import { readStatusDat, worstFirst } from '../../src/main/channels/nagios/status-dat.ts';
import { readStatusJson } from '../../src/main/channels/nagios/status-json.ts';
import { readRetryAfter } from '../../src/main/channels/senders/http.ts';
import { commandLine } from '../../src/main/channels/senders/nagios-file.ts';
import { checkResults } from '../../src/main/channels/senders/nagios-results.ts';
import { fill, fillJson } from '../../src/main/channels/template.ts';
import { figure, incidentValues, usualText } from '../../src/main/channels/values.ts';
import { isAbout, wantsChange } from '../../src/main/channels/wanted.ts';
import { readNagiosStatus } from '../../src/main/demo/nagios.ts';
import type { DesktopSettings } from '../../src/shared/contract/channels.ts';
import { channel as channelSchema } from '../../src/shared/contract/channels.ts';
import { changeOf, feed, hostRow, incident, nagiosFile, webhook } from '../support/channels.ts';

const fixture = (file: string) => readFileSync(new URL(`../fixtures/nagios/${file}`, import.meta.url), 'utf8');

/** Any characters at all. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xff }), fc.integer({ min: 0, max: 0x10_ffff })))
  .map((codes) => String.fromCodePoint(...codes));

describe('templates', () => {
  it('fill in what is there, once, and refuse what is not, naming what there is', () => {
    expect(fill('{{host}} and {{ host }}: {{what}}', { host: 'web01', what: '{{host}}' })).toBe('web01 and web01: {{host}}');
    expect(() => fill('{{constructor}}', { host: 'web01' })).toThrow('There is no {{constructor}}.');
    expect(() => fill('{{hots}}', { host: 'web01' })).toThrow(
      expect.objectContaining({ problem: expect.objectContaining({ hint: expect.stringContaining('host') }) }),
    );
  });

  it('of JSON cannot be added to by what is filled in, whatever that is', () => {
    fc.assert(
      fc.property(anyText, fc.oneof(fc.integer(), fc.constant(null)), (text, number) => {
        const values = { text, number };
        expect(fillJson('{"a": "{{text}}", "b": ["x {{text}}"], "c": "{{number}}"}', values)).toEqual({
          a: text,
          b: [`x ${text}`],
          c: number,
        });
      }),
    );
    expect(() => fillJson('{a}', {})).toThrow('no JSON');
    expect(() => fillJson('['.repeat(5000) + ']'.repeat(5000), {})).toThrow('no JSON');
  });

  it('of Hum’s own say what, since when, how bad, why, until when and what to look at, each on its line', () => {
    const text = fill(usualText, incidentValues({ kind: 'incident', change: changeOf('opened', { summary: 'a\nb\u202e' }), test: false }));
    expect([
      figure(0.855, 'ratio'),
      figure(42, 'minutes'),
      figure(2 ** 30, 'bytes'),
      figure(null, 'count'),
      figure(1.234, 'apples'),
    ]).toEqual(['86 %', '42 min', '1.0 GiB', 'unknown', '1.23 apples']);
    expect(text.split('\n')).toEqual([
      'CRITICAL web01: a\\nb\\u{202e}',
      'Since 2006-11-07T09:25:00Z (5 min). Value 96 %, level 90 %.',
      'Why: It was over 90 % for 5 minutes.',
      'Clears: It clears below 85 %.',
      'Look at: java has grown by 2 GiB',
    ]);
  });
});

describe('what is wanted', () => {
  const { host } = hostRow('h1', { name: 'web01', tags: ['web'] });
  it('is decided by labels, severity and event, and nothing of the demo goes anywhere', () => {
    expect(isAbout(webhook('http://x'), host)).toBe(true);
    expect(isAbout(webhook('http://x', { only: ['tag:db', 'host:web01'] }), host)).toBe(true);
    expect(isAbout(webhook('http://x', { only: ['tag:we'] }), host)).toBe(false);
    expect(isAbout(webhook('http://x', { only: ['tag:web'] }), undefined)).toBe(false);
    expect(isAbout(webhook('http://x'), { ...host, origin: 'demo' })).toBe(false);
    const grave = webhook('http://x', { wants: { severity: 'critical', events: ['opened', 'eased'] } });
    expect(wantsChange(grave, changeOf('opened'), false)).toBe(true);
    expect(wantsChange(grave, changeOf('opened', { severity: 'warning' }), false)).toBe(false);
    expect(wantsChange(grave, changeOf('worsened'), false)).toBe(true);
    expect(wantsChange(grave, changeOf('worsened'), true)).toBe(false);
    expect(wantsChange(grave, changeOf('eased', { severity: 'warning' }), true)).toBe(true);
    expect(wantsChange(grave, changeOf('resolved'), true)).toBe(false);
    expect(wantsChange(feed('http://x'), changeOf('opened'), false)).toBe(false);
  });

  it('no channel can name a header or an address that carries a secret or another request', () => {
    const fits = (change: object) => channelSchema.safeParse({ ...webhook('https://x.example/'), ...change }).success;
    expect(fits({})).toBe(true);
    expect(fits({ url: 'https://user:pw@x.example/' })).toBe(false);
    expect(fits({ url: 'file:///etc/passwd' })).toBe(false);
    expect(fits({ headers: [{ name: 'Authorization', value: 'x' }] })).toBe(false);
    expect(fits({ headers: [{ name: 'X-A', value: 'a\r\nX-B: b' }] })).toBe(false);
    expect(fits({ authorities: '-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----' })).toBe(false);
  });
});

describe('Nagios', () => {
  it('is told one line for each result, whatever a host is called and says', () => {
    const nasty = anyText.map((text) => text.repeat(200));
    fc.assert(
      fc.property(nasty, nasty, nasty, (host, summary, why) => {
        const change = changeOf('opened', { host, summary, why });
        const [result] = checkResults(nagiosFile('/x'), { kind: 'incident', change, test: false });
        const line = result === undefined ? '' : commandLine(result);
        expect(line).toMatch(/^\[\d+\] PROCESS_SERVICE_CHECK_RESULT;[^;\n]*;Hum Memory used;2;[^|\n]*\|value=96%;;90$/);
        expect(Buffer.byteLength(line)).toBeLessThan(4_096);
      }),
    );
  });

  it('is told the memory with its levels, and of a host that is down only that', () => {
    const { sample } = exampleMessages(Date.UTC(2006, 10, 7));
    const lines = checkResults(nagiosFile('/x'), sample).map(commandLine);
    expect(lines).toEqual([
      '[1162857600] PROCESS_HOST_CHECK_RESULT;hum-test;0;UP - Hum is connected',
      '[1162857600] PROCESS_SERVICE_CHECK_RESULT;hum-test;Memory;1;MEMORY WARNING - 85 % used (13.6 GiB of 16.0 GiB)|mem=85%;80;90;0;100',
    ]);
    const down = checkResults(nagiosFile('/x'), { ...sample, state: 'unreachable', why: 'No answer.', live: null });
    expect(down.map(({ service, state, output }) => [service, state, output])).toEqual([[null, 1, 'DOWN - No answer.']]);
    expect(checkResults(nagiosFile('/x'), { ...sample, state: 'auth-failed', live: null })).toEqual([]);
  });

  it('tells the same by status.dat and by its CGI (as nagios4 4.4.6 wrote them)', () => {
    const { problems, writtenAt } = readStatusDat(fixture('status.dat'));
    expect(writtenAt).toBeGreaterThan(1.7e12);
    expect(problems.map(({ host, service, state, acknowledged, output }) => [host, service, state, acknowledged, output])).toEqual([
      ['web01', null, 'down', false, 'DOWN - it does not answer'],
      ['web01', 'Memory', 'critical', true, 'MEMORY CRITICAL - 95 % used'],
    ]);
    const [hosts, services] = [readStatusJson(fixture('hostlist.json')), readStatusJson(fixture('servicelist.json'))];
    if (typeof hosts === 'string' || typeof services === 'string') throw new Error('not read');
    expect([...hosts.problems, ...services.problems]).toEqual(problems);
  });

  it('of the demo has a problem of every kind', () => {
    const { stdout } = readNagiosStatus({ host: {} as never, args: ['/var/lib/nagios4/status.dat'], stdin: Buffer.alloc(0) });
    const { problems } = readStatusDat(stdout.slice(3));
    expect(new Set(problems.map(({ state }) => state))).toEqual(new Set(['down', 'critical', 'warning', 'unknown']));
    expect(
      worstFirst(problems)
        .slice(-2)
        .map(({ acknowledged, downtime }) => acknowledged || downtime),
    ).toEqual([true, true]);
  });

  it('can answer anything at all without harm', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, fc.json()), (text) => {
        readStatusDat(text);
        readStatusDat(`servicestatus {\n${text}\n}\n`);
        readStatusJson(text);
        readStatusJson(`{"result":{"type_code":0},"data":{"servicelist":{"a":{"b":${text}}}}}`);
      }),
    );
    const [problem] = readStatusDat('servicestatus {\n\thost_name=a\u001b[2J\n\tservice_description=b\n\tcurrent_state=2\n\t}\n').problems;
    expect(problem?.host).toBe('a\\e[2J');
  });
});

it('Retry-After is seconds or a date, and never more than a day', () => {
  const now = Date.UTC(2026, 0, 1);
  expect(readRetryAfter('120', now)).toBe(120_000);
  expect(readRetryAfter('Thu, 01 Jan 2026 00:05:00 GMT', now)).toBe(300_000);
  expect(readRetryAfter('Wed, 31 Dec 2025 00:00:00 GMT', now)).toBe(0);
  expect(readRetryAfter('999999999', now)).toBe(86_400_000);
  expect(readRetryAfter('soon', now)).toBeUndefined();
  expect(readRetryAfter(undefined, now)).toBeUndefined();
});

it('a message on the disk is what it was, and what is none is not taken for one', () => {
  const { sample, incident: message } = exampleMessages(1);
  expect(readMessage(JSON.stringify(sample))).toEqual(sample);
  expect(readMessage(JSON.stringify(message))).toEqual(message);
  expect(readMessage('{"kind":"incident"}')).toBeUndefined();
  expect(readMessage('nonsense')).toBeUndefined();
});

describe('on the desktop', () => {
  afterEach(() => vi.useRealTimers());

  function desktop(settings: DesktopSettings = { notifies: true, severity: 'warning' }) {
    vi.useFakeTimers();
    const notices: Notice[] = [];
    const opened: (string | null)[] = [];
    const counts: object[] = [];
    const alerts = {
      notify: (notice: Notice, open: () => void) => {
        notices.push(notice);
        open();
      },
      show: (each: object) => counts.push(each),
      openIncident: (id: string | null) => opened.push(id),
    };
    return {
      notices,
      opened,
      counts,
      alerts: createDesktopNotices(alerts, () => settings, [incident({ id: 'before', severity: 'warning' })]),
    };
  }

  it('five at once are one notification that leads to all of them, one leads to itself, and those that went again are none', () => {
    const { notices, opened, counts, alerts } = desktop();
    for (const n of [1, 2, 3, 4, 5, 6])
      alerts.take(changeOf('opened', { id: `i${n}`, host: `web0${n}`, severity: n === 3 ? 'critical' : 'warning' }));
    alerts.take(changeOf('resolved', { id: 'i6', host: 'web06', state: 'resolved' }));
    vi.advanceTimersByTime(5_000);
    expect(notices).toEqual([{ title: '5 incidents, 1 critical', body: 'web01, web02, web03, web04, web05', urgent: true }]);
    alerts.take(changeOf('worsened', { id: 'i1' }));
    alerts.take(changeOf('acknowledged', { id: 'i3', state: 'acknowledged' }));
    vi.advanceTimersByTime(5_000);
    expect(notices[1]).toEqual({
      title: 'CRITICAL web01',
      body: '96 % of the memory is used.\nIt was over 90 % for 5 minutes.',
      urgent: true,
    });
    expect(opened).toEqual([null, 'i1']);
    expect(counts.at(0)).toEqual({ warning: 1, critical: 0 });
    expect(counts.at(-1)).toEqual({ warning: 4, critical: 1 });
    alerts.stop();
  });

  it('is left in peace where a person wants it, and counts all the same', () => {
    const { notices, counts, alerts } = desktop({ notifies: true, severity: 'critical' });
    alerts.take(changeOf('opened', { severity: 'warning' }));
    vi.advanceTimersByTime(5_000);
    expect(notices).toEqual([]);
    expect(counts.at(-1)).toEqual({ warning: 2, critical: 0 });
    alerts.stop();
  });

  it('names no more than five hosts', () => {
    const many = Array.from({ length: 9 }, (_, n) => changeOf('opened', { id: `i${n}`, host: `h${n}`, severity: 'warning' }));
    expect(noticeOf(many)).toEqual({ title: '9 incidents', body: 'h0, h1, h2, h3, h4 and 4 more', urgent: false });
  });
});
