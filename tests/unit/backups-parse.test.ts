import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCrontab } from '../../src/main/backups/parse/crontab.ts';
import { findRsync } from '../../src/main/backups/parse/find-rsync.ts';
import { readOnCalendar } from '../../src/main/backups/parse/on-calendar.ts';
import { readPlace } from '../../src/main/backups/parse/places.ts';
import { gapsOf, nextStart, patternWords, readSchedule, timeWords } from '../../src/main/backups/parse/schedule.ts';
import { readShell } from '../../src/main/backups/parse/shell-words.ts';
import { readRsyncdConf, readUnit, spanMs } from '../../src/main/backups/parse/units.ts';
import { quote } from '../../src/main/ssh/quote.ts';
import { readSchedule as fieldsOf } from '../../src/shared/backup-schedule.ts';
import { asSentence, scheduleOf, scheduleWords } from '../../src/shared/schedule-words.ts';

const at = Date.parse('2026-11-29T14:00:00Z');

function next(text: string, zone = 'UTC', after = at): string | null {
  const schedule = readSchedule(text);
  if (typeof schedule !== 'object') return null;
  const found = nextStart(schedule, zone, after);
  return found === null ? null : new Date(found).toISOString();
}

test('words come out of their quotes as the shell takes them off, and stand where they say', () => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom(...'ab \'"\\$`;|&()<>#%*~!\n\t{}=é') });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (words) => {
      const text = `rsync ${words.map(quote).join('  ')}`;
      const { commands } = readShell(text);
      expect(commands).toHaveLength(1);
      expect(commands[0]?.words.map((each) => each.text)).toEqual(['rsync', ...words]);
      expect(commands[0]?.words.slice(1).map(({ start, end }) => text.slice(start, end))).toEqual(words.map(quote));
    }),
  );
});

test('no text is too odd for the readers', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300, unit: fc.constantFrom(...'rsync -a\'"\\$({}[]`)|&;<>%#=*/,~@0159\n\0 \t') }), (text) => {
      for (const userColumn of [true, false]) {
        for (const { schedule, command, commandAt, raw } of readCrontab(text, { userColumn }).entries) {
          expect(raw.slice(commandAt)).toBe(raw.endsWith('\r') ? `${command}\r` : command);
          readSchedule(schedule);
        }
      }
      findRsync(text, { cron: true });
      findRsync(text);
      readUnit(text);
      readOnCalendar(text);
      readRsyncdConf(text);
      readPlace(text);
      spanMs(text);
    }),
    { numRuns: 400 },
  );
});

test('a crontab of any lines is read back as it was written', () => {
  const number = (most: number, least = 0) => fc.integer({ min: least, max: most }).map(String);
  const field = (most: number, least = 0) =>
    fc.oneof(
      fc.constant('*'),
      number(most, least),
      fc.integer({ min: 1, max: most }).map((step) => `*/${step}`),
      fc.array(number(most, least), { minLength: 2, maxLength: 4 }).map((all) => all.join(',')),
    );
  const schedule = fc.oneof(
    fc.tuple(field(59), field(23), field(28, 1), field(12, 1), field(6)).map((fields) => fields.join(' ')),
    fc.constantFrom('@daily', '@hourly', '@weekly', '@monthly', '30 2 * * mon-fri', '0 4 1 jan,jul *'),
  );
  const path = fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'abc/ \'%$;\\"é') });
  fc.assert(
    fc.property(schedule, fc.constantFrom('root', 'backup', 'www-data'), path, path, (when, user, from, to) => {
      // In a crontab a percent sign is written with a backslash.
      const command = `rsync -a -- ${quote(`/${from}`)} ${quote(`/${to}`)}`.replaceAll('%', '\\%');
      const { entries } = readCrontab(`MAILTO=ops@example.org\n${when}\t${user}  ${command}\n`, { userColumn: true });
      expect(entries).toHaveLength(1);
      expect(entries[0]).toMatchObject({ schedule: when, user, command, line: 2, lacksUser: false });
      expect(readSchedule(when)).toBeTypeOf('object');
      // A backslash before a percent sign is the crontab's, so a path that holds one is cut there by cron, too.
      if (from.includes('\\%') || to.includes('\\%')) return;
      const [found] = findRsync(command, { cron: true }).rsyncs;
      expect(found?.line.sources.map((place) => place.path)).toEqual([`/${from}`]);
      expect(found?.line.destination?.path).toBe(`/${to}`);
    }),
  );
});

test.each([
  ['0 2 * * *', 'UTC', '2026-11-30T02:00:00.000Z'],
  ['0 2 * * *', 'Europe/Berlin', '2026-11-30T01:00:00.000Z'],
  ['*/7 * * * *', 'UTC', '2026-11-29T14:07:00.000Z'],
  ['5/20 * * * *', 'UTC', '2026-11-29T14:05:00.000Z'],
  ['30 3 * feb,MAR Mon', 'UTC', '2027-02-01T03:30:00.000Z'],
  // Both days are given: either will do. With a star before the step both must fit (crontab(5)).
  ['0 0 15 * 1', 'UTC', '2026-11-30T00:00:00.000Z'],
  ['0 0 */2 * 2', 'UTC', '2026-12-01T00:00:00.000Z'],
  ['0 0 * * 7', 'UTC', '2026-12-06T00:00:00.000Z'],
  ['@weekly', 'UTC', '2026-12-06T00:00:00.000Z'],
  ['0~59 4 * * *', 'UTC', '2026-11-30T04:00:00.000Z'],
])('%s in %s starts next at %s', (text, zone, expected) => {
  expect(next(text, zone)).toBe(expected);
});

test('a start in the hour that summer time leaves out, and in the one that comes twice, is one start', () => {
  expect(next('30 2 * * *', 'Europe/Berlin', Date.parse('2026-03-28T12:00:00Z'))).toMatch(/^2026-03-29T0[01]:/);
  const autumn = next('30 2 * * *', 'Europe/Berlin', Date.parse('2026-10-24T12:00:00Z')) ?? '';
  expect(autumn).toMatch(/^2026-10-25T0[01]:30/);
  expect(next('30 2 * * *', 'Europe/Berlin', Date.parse(autumn))).toMatch(/^2026-10-2[56]T/);
});

test.each(['61 * * * *', '* * * *', '0 0 L * *', '0 0 * * 1#2', '@every 5m', 'a b c d e', '0 0 32 * *', '0 0 30 2 *', '0 0 31 2,4,6-6 *'])(
  '%s is no time of a crontab',
  (text) => {
    expect(readSchedule(text)).toBeUndefined();
  },
);

test('the longest pause of a schedule is what a success may be old', () => {
  const schedule = readSchedule('0 2 * * 1-5');
  if (typeof schedule !== 'object') throw new Error('not read');
  expect(gapsOf(schedule, 'UTC', at)).toEqual({ least: 24 * 3_600_000, most: 72 * 3_600_000 });
  expect(timeWords('30 2 * * 1-5')).toBe('Every weekday at 02:30');
  expect(timeWords('@reboot')).toBe('When the host starts');
  expect(timeWords('0 0 30 2 *')).toBe('0 0 30 2 *');
  expect(timeWords('0 5 */10 * fri')).toBe('Every Friday that is the 1st, 11th, 21st or 31st of a month at 05:00');
  expect(timeWords('0 5 1,11 * fri')).toBe('On the 1st and 11th of every month or every Friday at 05:00');
});

test.each([
  ['daily', '0 0 * * *'],
  ['*-*-* 02:30', '30 2 * * *'],
  ['Mon..Fri 03:15', '15 3 * * 1-5'],
  ['Sat,Sun *-*-* 22:00:00', '0 22 * * 6,0'],
  ['Fri..Mon 01:00', '0 1 * * 5-6,0-1'],
  ['*-*-01 04:00', '0 4 1 * *'],
  ['*-*-* 00/6:00', '0 0-23/6 * * *'],
  ['*:0/15', '0-59/15 * * * *'],
  ['*-*-* 05:00:30', '30 0 5 * * *'],
  ['2027-*-* 05:00', undefined],
  ['*-02~03 05:00', undefined],
])('OnCalendar=%s is the pattern %s', (text, pattern) => {
  expect(readOnCalendar(text)?.schedule.pattern).toBe(pattern);
});

test.each([
  ['rsync -az /srv/ backup@vault:/b/', ['/srv/'], 'ssh vault /b/', 'zip'],
  ['/usr/bin/flock -n /run/l /usr/bin/rsync -a /a /b', ['/a'], 'local null /b', 'locked'],
  ['flock -n /run/l -c "rsync -a /a /b"', ['/a'], 'local null /b', 'locked'],
  ['nice -n 19 ionice -c3 rsync -a /a rsync://h:8730/mod/x', ['/a'], 'daemon h mod/x', ''],
  ["sh -c 'cd /srv && rsync -a . h::mod'", ['.'], 'daemon h mod', ''],
  ['timeout -k 10 3600 rsync --rsh="ssh -p 2222" -a /a /b h:c', ['/a', '/b'], 'ssh h c', ''],
  ['RSYNC_PASSWORD=x rsync -a --exclude a:b --bwlimit 5m /a u@h::m', ['/a'], 'daemon h m', ''],
  ['[ -d /mnt/x ] && rsync -a --del /a /mnt/x || echo bad', ['/a'], 'local null /mnt/x', 'delete'],
  ['sudo -u backup rsync -avn [2001:db8::1]:/data /b', ['/data'], 'local null /b', 'dry'],
])('finds the rsync of %s', (text, sources, destination, marks) => {
  const [found] = findRsync(text).rsyncs;
  const { line } = found ?? {};
  expect(line?.sources.map(({ path }) => path)).toEqual(sources);
  expect(`${line?.destination?.kind} ${line?.destination?.host} ${line?.destination?.path}`).toBe(destination);
  const told = [line?.compress && 'zip', found?.locked && 'locked', line?.delete && 'delete', line?.dryRun && 'dry']
    .filter(Boolean)
    .join(' ');
  expect(told).toBe(marks);
});

test.each([
  'echo rsync -a /a /b',
  'ssh h rsync -a /a /b',
  'apt-get install rsync',
  'pgrep rsync',
  '# rsync -a /a /b',
  'test -x /usr/bin/rsync',
  'command -v rsync',
])('%s moves nothing', (text) => {
  expect(findRsync(text).rsyncs.filter(({ line }) => line.sources.length > 0)).toEqual([]);
});

test('a script is read with its variables, arrays and here-documents', () => {
  const script = `#!/bin/bash
set -e
SRC=/srv/data  # where it lies
OPTS="-aH --delete"
ARGS=(--numeric-ids "--exclude=a b")
cat <<EOF
rsync -a /not /this
EOF
if mountpoint -q "$SRC"; then
  rsync $OPTS "\${ARGS[@]}" "$SRC/" "vault:/b/$(hostname)" >> /var/log/b.log 2>&1
fi
`;
  const { rsyncs } = findRsync(script);
  expect(rsyncs).toHaveLength(1);
  expect(rsyncs[0]?.line).toMatchObject({ options: ['-aH', '--delete', '--numeric-ids', '--exclude=a b'], delete: true });
  expect(rsyncs[0]?.line.sources[0]?.path).toBe('/srv/data/');
  expect(rsyncs[0]?.line.destination?.path).toBe('/b/$(hostname)');
  expect(rsyncs[0]?.command.redirects.map(({ op, fd, target }) => `${fd}${op}${target}`)).toEqual(['>>/var/log/b.log', '2>&1']);
});

test('a reason for disabling a line may hold colons, and a comment that only looks like one is a comment', () => {
  const read = readCrontab('# hum-disabled moved: see ticket 7: 0 2 * * * root rsync -a /a /b\n# hum-disabled nothing here\n', {
    userColumn: true,
  });
  expect(read.entries).toHaveLength(1);
  expect(read.entries[0]).toMatchObject({ disabled: 'moved: see ticket 7', schedule: '0 2 * * *', command: 'rsync -a /a /b' });
  expect(read.entries[0]?.raw.slice(read.entries[0].commandAt)).toBe('rsync -a /a /b');
});

test('a bare percent sign ends the command of a crontab, an escaped one does not', () => {
  const found = findRsync('rsync -a /a /b/$(date +\\%F)%ignored rsync -a /c /d', { cron: true });
  expect(found.rsyncs).toHaveLength(1);
  expect(found.rsyncs[0]?.line.destination?.path).toBe('/b/$(date +\\%F)');
});

test('a crontab of a hundred thousand lines is read up to ten thousand, and one with binary junk as far as it goes', () => {
  const long = readCrontab('0 2 * * * root rsync -a /a /b\n'.repeat(100_000), { userColumn: true });
  expect(long).toMatchObject({ cut: true });
  expect(long.entries).toHaveLength(10_000);
  const junk = Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * 7919) % 256)).toString();
  const read = readCrontab(`${junk}\n0 2 * * * root rsync -a /a /b`, { userColumn: true });
  expect(read.entries.at(-1)).toMatchObject({ schedule: '0 2 * * *', user: 'root' });
  expect(read.endsWithNewline).toBe(false);
});

test.each(['15 3 * * *', '*/15 * * * *', '20 */6 * * *', '@hourly', '@weekly', '30 22 * * mon-fri', '0 4 1,15 * *', '0 2,14 * * mon,thu'])(
  'the list says of %s what the form does, and the form understands it',
  (text) => {
    expect(timeWords(text)).toBe(asSentence(scheduleWords(text)));
    expect(fieldsOf(scheduleOf(timeWords(text)) ?? '')).toEqual(fieldsOf(text));
  },
);

test('a time of systemd has the same words, with its seconds where it has any', () => {
  const words = (text: string) => {
    const read = readOnCalendar(text);
    return read === undefined ? undefined : patternWords(read.schedule);
  };
  expect(words('*-*-* 02:30:00')).toBe('Every day at 02:30');
  expect(words('daily')).toBe('Every day at 00:00');
  expect(words('Mon..Fri 22:15')).toBe('Every weekday at 22:15');
  expect(words('Sat *-*-1..7 18:00')).toBe('Every Saturday that is the 1st, 2nd, 3rd, 4th, 5th, 6th or 7th of a month at 18:00');
  expect(words('*-*-* 02:30:15')).toBe('Every day at 02:30, at second 15');
});
