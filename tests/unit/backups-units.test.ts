import { expect, test } from 'vitest';
import type { SentFile } from '../../src/main/backups/collect/answer.ts';
import { findJobs } from '../../src/main/backups/jobs.ts';
import { masked } from '../../src/main/backups/lint/masked.ts';
import { timedUnits } from '../../src/main/backups/parse/unit-files.ts';
import { readUnit } from '../../src/main/backups/parse/units.ts';

/** How units, drop-ins and the managers of accounts go together. */

function unit(path: string, text: string, user = '-'): SentFile {
  return { kind: path.endsWith('.conf') ? 'drop-in' : 'unit', user, mode: '644', owner: '0', path, text, cut: false };
}

const rsync = (to: string) => `[Service]\nExecStart=/usr/bin/rsync -a /a/ ${to}\n`;
const told = (...files: readonly SentFile[]) =>
  findJobs({ files }).jobs.map(({ name, user, timing, origin, rsyncs }) => [
    name,
    user,
    timing.text,
    origin.manager ?? '-',
    rsyncs[0]?.line.destination?.path,
    origin.file,
  ]);

test('drop-ins count in the order in which systemd 252 reads them', () => {
  // As `systemd-analyze verify` told of these very files, each with a key that it does not know.
  const files = [
    unit('/etc/systemd/system/drop-order.service', rsync('v:/a')),
    unit('/usr/lib/systemd/system/drop-order.service.d/10-user.conf', ''),
    unit('/run/systemd/system/drop-order.service.d/10-user.conf', ''),
    unit('/run/systemd/system/drop-order.service.d/20-dest.conf', ''),
    unit('/etc/systemd/system/drop-order.service.d/20-dest.conf', ''),
    unit('/usr/lib/systemd/system/drop-order.service.d/15-dest.conf', ''),
    unit('/etc/systemd/system/drop-.service.d/10-user.conf', ''),
    unit('/run/systemd/system/service.d/12-t.conf', ''),
    unit('/etc/systemd/system/service.d/20-dest.conf', ''),
    unit('/etc/systemd/system/drop-order.timer.d/1.conf', ''),
    unit('/etc/systemd/system/drop-other.service.d/1.conf', ''),
  ];
  expect(timedUnits(files)[0]?.files.map(({ path }) => path.replace('/systemd/system', ''))).toEqual([
    '/etc/drop-order.service',
    '/etc/drop-.service.d/10-user.conf',
    '/run/service.d/12-t.conf',
    '/usr/lib/drop-order.service.d/15-dest.conf',
    '/etc/drop-order.service.d/20-dest.conf',
  ]);
});

test('an empty value takes back a list, and of a timer every time; what is said after it counts', () => {
  const base = '[Timer]\nOnCalendar=daily\nOnBootSec=1h\nRandomizedDelaySec=1h\n';
  expect(readUnit(base, '[Timer]\nOnCalendar=\nOnUnitActiveSec=2h\n')).toMatchObject({
    calendars: [],
    spans: [['OnUnitActiveSec', '2h']],
    randomDelay: '1h',
  });
  const service = readUnit(
    '[Service]\nUser=me\nExecStartPre=/bin/a\nExecStart=/bin/b\nEnvironment=A=1 B=2\n',
    '[Service]\nExecStart=\nExecStart=-/bin/c\nUser=\n',
    '[Service]\nEnvironment=\nEnvironment=B=3\n',
  );
  expect(service.starts).toEqual([
    { text: '/bin/a', part: 0, at: 31 },
    { text: '/bin/c', part: 1, at: 32 },
  ]);
  expect([service.user, [...service.variables]]).toEqual([null, [['B', '3']]]);
});

test('a command that a drop-in brings stands in the drop-in, and is changed there', () => {
  const dropIn = '[Service]\nExecStart=\nExecStart=/usr/bin/rsync -az /a/ /mnt/a\n';
  const { jobs } = findJobs({
    files: [
      unit('/usr/lib/systemd/system/b.service', '[Service]\nExecStart=/bin/true\n'),
      unit('/etc/systemd/system/b.service.d/o.conf', dropIn),
    ],
  });
  expect(jobs[0]).toMatchObject({ name: 'b', origin: { file: '/etc/systemd/system/b.service.d/o.conf', unit: 'b.service' } });
  expect(dropIn.slice(jobs[0]?.at ?? 0)).toBe('/usr/bin/rsync -az /a/ /mnt/a\n');
});

test('a mask in a folder that counts more takes the unit away, its timer, or a drop-in', () => {
  const own = [
    unit('/usr/lib/systemd/system/b.service', rsync('v:/a')),
    unit('/usr/lib/systemd/system/b.timer', '[Timer]\nOnCalendar=daily\n'),
  ];
  expect(told(...own)).toEqual([['b', 'root', 'daily', '-', '/a', '/usr/lib/systemd/system/b.service']]);
  expect(told(unit('/etc/systemd/system/b.service', ''), ...own)).toEqual([]);
  expect(told(unit('/etc/systemd/system/b.timer', ''), ...own)[0]?.[2]).toBe(null);
  const later = unit('/usr/lib/systemd/system/b.timer.d/x.conf', '[Timer]\nOnCalendar=\nOnCalendar=weekly\n');
  expect(told(...own, later)[0]?.[2]).toBe('weekly');
  expect(told(unit('/etc/systemd/system/b.timer.d/x.conf', ''), ...own, later)[0]?.[2]).toBe('daily');
});

test('units of accounts are their own, and what all have is told once, and again for one who changed it', () => {
  const every = [
    unit('/etc/systemd/user/b.service', rsync('v:/all'), '*'),
    unit('/etc/systemd/user/b.timer', '[Timer]\nOnCalendar=daily\n', '*'),
  ];
  expect(told(...every)).toEqual([['b', null, 'daily', '*', '/all', '/etc/systemd/user/b.service']]);
  const me = unit('/home/me/.config/systemd/user/b.timer.d/mine.conf', '[Timer]\nOnCalendar=\nOnCalendar=hourly\n', 'me');
  const you = unit('/home/you/.config/systemd/user/b.service', `${rsync('v:/you')}User=root\n`, 'you');
  expect(told(...every, me, you)).toEqual([
    ['b', null, 'daily', '*', '/all', '/etc/systemd/user/b.service'],
    ['b', 'me', 'hourly', 'me', '/all', '/etc/systemd/user/b.service'],
    ['b', 'you', 'daily', 'you', '/you', '/home/you/.config/systemd/user/b.service'],
  ]);
  const both = findJobs({ files: [...every, me, you, unit('/etc/systemd/system/b.service', rsync('v:/all'))] }).jobs;
  expect(new Set(both.map(({ id }) => id)).size).toBe(4);
});

test('a unit of an account is never one of Hum, whatever it is called', () => {
  const script = { ...unit('/etc/hum/jobs/web.sh', '#!/bin/sh\nrsync -a /a/ v:/a\n'), kind: 'script' as const };
  const service = (user: string, path: string) => unit(path, '[Service]\nExecStart=/etc/hum/jobs/web.sh\n', user);
  const managed = (file: SentFile) => findJobs({ files: [file, script] }).jobs[0]?.managed;
  expect(managed(service('-', '/etc/systemd/system/hum-web.service'))).toBe('web');
  expect(managed(service('me', '/home/me/.config/systemd/user/hum-web.service'))).toBe(null);
});

test('a password that a unit quotes with its name is shown with dots, blanks and all', () => {
  const shown = masked('[Service]\nEnvironment=A=b "RSYNC_PASSWORD=two words" \'SSHPASS=a "b\' C=d\n');
  expect(shown).toBe('[Service]\nEnvironment=A=b "RSYNC_PASSWORD=••••••" \'SSHPASS=••••••\' C=d\n');
});
