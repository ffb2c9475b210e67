import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adoptLine, isCrontab, withoutLine } from '../../src/main/backups/managed/adopt.ts';
import { definitionFor } from '../../src/main/backups/managed/definition-for.ts';
import { DryRun } from '../../src/main/backups/managed/dry-run.ts';
import { readLook } from '../../src/main/backups/managed/host-look.ts';
import { jobParts, jobTexts, readJob } from '../../src/main/backups/managed/job-files.ts';
import { fileMoves } from '../../src/main/backups/managed/job-plan.ts';
import { definitionIn, jobScript } from '../../src/main/backups/managed/job-script.ts';
import { readProgress } from '../../src/main/backups/managed/progress.ts';
import { readWay } from '../../src/main/backups/managed/way-in.ts';
import { deletionWarning, dryWords } from '../../src/renderer/backups/make/dry-words.ts';
import { jobDefinition } from '../../src/shared/contract/backup-jobs.ts';
import { HumError } from '../../src/shared/errors.ts';
import { someJob } from '../support/backup-jobs.ts';

const adopted = (line: string, file = '/etc/cron.d/x') => adoptLine(line, file, 'x');

describe('a line that is taken over', () => {
  it.each<[string, string, object]>([
    [
      '30 2 * * 1-5 backup /usr/bin/rsync -aHx --delete --exclude=\'*.tmp\' --exclude "/var cache" -e "ssh -p 2222 -i /home/backup/.ssh/id" --bwlimit=1.5m /srv/ \'nas:my files/\' >/dev/null 2>&1',
      '/etc/cron.d/x',
      {
        user: 'backup',
        sources: ['/srv/'],
        excludes: ['*.tmp', '/var cache'],
        bandwidthKib: 1536,
        destination: { kind: 'ssh', host: 'nas', user: null, port: 2222, keyFile: '/home/backup/.ssh/id', path: 'my files/' },
      },
    ],
    [
      '@daily rsync -rlt --partial /a /b rsync://me@nas:8730/mod/x',
      '/var/spool/cron/crontabs/www',
      {
        user: 'www',
        sources: ['/a', '/b'],
        destination: { kind: 'daemon', host: 'nas', user: 'me', port: 8730, path: 'mod/x', passwordFile: null },
      },
    ],
    [
      '5 4 * * * root /usr/bin/flock -n /run/x.lock nice -n 10 ionice -c3 rsync -a /a nas::mod/x\\%y',
      '/etc/crontab',
      { destination: { kind: 'daemon', host: 'nas', user: null, port: null, path: 'mod/x%y', passwordFile: null } },
    ],
    [
      '5 4 * * * root rsync -a /a [::1]:b',
      '/etc/crontab',
      { destination: { kind: 'ssh', host: '::1', user: null, port: null, keyFile: null, path: 'b' } },
    ],
  ])('%s', (line, file, expected) => expect(adopted(line, file).definition).toMatchObject(expected));

  it.each([
    ['5 4 * * * root rsync -a /a/ /b; reboot', 'one plain command'],
    ['5 4 * * * root rsync -a $HOME /b', 'one plain command'],
    ['5 4 * * * root rsync -a "/`id`" /b', 'has a variable'],
    ['5 4 * * * root rsync -an /a /b', 'dry run'],
    ['5 4 * * * root rsync -a nas:/a /b', 'do not fetch'],
    ['5 4 * * * root tar cf /b /a', 'does not begin with rsync'],
    ['5 4 * * * root rsync -a /a/%d /b', 'bare “%”'],
    ['5 4 * * root rsync -a /a /b', 'no day of the week'],
    ['5 4 * * * root rsync -a -e "sh -c reboot" /a h:/b', 'by ssh'],
    ['MAILTO=root', 'no line of a crontab'],
  ])('%s is refused with its reason', (line, reason) => expect(() => adopted(line)).toThrow(reason));

  it('gives a job or a reason, whatever the line is', () => {
    const part = fc.constantFrom(
      ' ',
      '*',
      '5',
      'root',
      'rsync',
      '-a',
      '-e',
      '--exclude=',
      '--bwlimit=9',
      '/x',
      'h:/y',
      '::m',
      '"',
      "'",
      '\\',
      '%',
      '$',
      '\n',
      '\0',
      '\u{202e}',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(part, { maxLength: 20 }).map((parts) => `1 2 * * * root rsync ${parts.join('')}`),
        ),
        (line) => {
          try {
            const { definition } = adopted(line);
            expect(jobDefinition.parse(definition)).toEqual(definition);
          } catch (error) {
            expect(error).toBeInstanceOf(HumError);
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('is commented in a crontab of 100,000 lines alone, and only while it is the one that was read', () => {
    const lines = Array.from({ length: 100_000 }, (_, at) => `${at % 60} * * * * root echo ${at}`);
    const after = withoutLine(lines.join('\n'), 77_777, lines[77_776] ?? '', 'web')?.split('\n');
    expect(after?.flatMap((line, at) => (line === lines[at] ? [] : [line]))).toEqual([`# Taken over by Hum as web: ${lines[77_776]}`]);
    expect(withoutLine('a\nb', 1, 'b', 'web')).toBe(undefined);
  });

  it.each(['/etc/shadow', '/etc/cron.d/../shadow', '/etc/cron.d/..', '/var/spool/cron/../x', '/etc/cron.d/a/b'])(
    '%s is no crontab',
    (path) => expect(isCrontab(path)).toBe(false),
  );
});

describe('a definition', () => {
  it.each(['a b', 'a"b', "a'b", 'a\nb', 'a;b', '$(id)', '-a', 'A', '', 'a'.repeat(42), '../a', 'a.b', 'ä'])('refuses the name %j', (name) =>
    expect(jobDefinition.safeParse(someJob({ name })).success).toBe(false),
  );

  it('refuses what would mean more to cron, ssh or rsync', () => {
    const bad = [
      { user: 'root reboot' },
      { mailTo: 'a"\nSHELL=/bin/x' },
      { schedule: '* * * * *\n* * * * *' },
      { destination: { kind: 'ssh', host: '-oProxyCommand=reboot', user: null, port: null, keyFile: null, path: 'x' } },
      { destination: { kind: 'ssh', host: 'h', user: null, port: null, keyFile: '/a b', path: 'x' } },
      { destination: { kind: 'ssh', host: 'h', user: null, port: null, keyFile: null, path: ':module' } },
      { extra: ['/etc/shadow'] },
      { sources: ['relative'] },
      { sources: ['/a\0b'] },
    ] as const;
    for (const each of bad) expect(jobDefinition.safeParse({ ...someJob(), ...each }).success, JSON.stringify(each)).toBe(false);
  });

  it('takes the name of each host, made harmless, and never into a command', () => {
    const job = someJob({ sources: ['/srv/{host}/'], destination: { kind: 'local', path: '/backup/{host}' }, before: 'echo {host}' });
    expect(definitionFor(job, '../../etc $(reboot)')).toMatchObject({
      sources: ['/srv/__.._etc___reboot_/'],
      destination: { path: '/backup/__.._etc___reboot_' },
      before: 'echo {host}',
    });
  });

  it('is found in no script but Hum’s own, and a job is whole or none', () => {
    const job = someJob();
    for (const text of [
      '',
      '# hum-job 1 !!!',
      '# hum-job 1 e30',
      '\0'.repeat(1000),
      `# hum-job 1 ${Buffer.from('{"name":"x"}').toString('base64url')}`,
      'x'.repeat(2 ** 21),
    ]) {
      expect(definitionIn(text)).toBe(undefined);
    }
    const texts = jobTexts({ definition: job, disabled: null });
    expect(readJob({ ...texts, script: null })).toBe(undefined);
    expect(readJob({ ...texts, cron: null })?.byHand).toBe(true);
    expect(() => jobScript(someJob({ excludes: Array.from({ length: 100 }, () => "'".repeat(900)) }))).toThrow('too long');
  });

  it('goes over from cron to a timer without a moment in which both run it, or a schedule without a script', () => {
    const [cron, timer] = (['cron', 'timer'] as const).map((scheduler) => jobTexts({ definition: someJob({ scheduler }), disabled: null }));
    if (!cron || !timer) return expect.fail();
    expect(fileMoves('web', cron, timer).map(({ path, after }) => [path.slice(path.lastIndexOf('.') + 1), after !== null])).toEqual([
      ['d/hum-web', false],
      ['sh', true],
      ['service', true],
      ['timer', true],
    ]);
    const none = Object.fromEntries(jobParts.map((part) => [part, null])) as typeof cron;
    expect(fileMoves('web', timer, none).map(({ path }) => path.slice(path.lastIndexOf('.') + 1))).toEqual(['timer', 'service', 'sh']);
    expect(timer.timer).toContain('OnCalendar=*-*-* 03:15:00\n');
  });
});

describe('what a host says', () => {
  it('of a dry run is read as it comes, and never more of it kept than anybody looks at', () => {
    const dry = new DryRun();
    const text = [
      'sending incremental file list',
      '>f+++++++++ 5 new file',
      '.d..t...... 4096 ./',
      '.f...p..... 7 rights',
      '>f.st...... 1234 changed \\#012 name',
      'cL+++++++++ 3 link',
      '*deleting   0 old/',
      'rsync: [sender] opendir "/x" failed: Permission denied (13)',
      'Number of files: 1,006 (reg: 1,000, dir: 6)',
      'Total transferred file size: 1,239 bytes',
      '',
    ].join('\n');
    for (const byte of Buffer.from(text)) dry.add(Buffer.from([byte]));
    expect(dry.take()).toEqual([
      { what: 'created', path: 'new file', bytes: 5 },
      { what: 'changed', path: 'rights', bytes: 7 },
      { what: 'changed', path: 'changed \\#012 name', bytes: 1234 },
      { what: 'created', path: 'link', bytes: 0 },
      { what: 'deleted', path: 'old/', bytes: 0 },
    ]);
    expect(dry.summary(0)).toEqual({ created: 2, changed: 2, deleted: 1, there: 1005, bytes: 1239, unlisted: 0, exit: 0 });
    expect(dry.words).toContain('Permission denied');
    for (let at = 0; at < 300; at += 1) dry.add(Buffer.from('*deleting   0 x\n'.repeat(100)));
    dry.add(Buffer.alloc(1_000_000, 'y'));
    dry.add(Buffer.from('\n>f+++++++++ 1 z\n'));
    expect(dry.summary(0)).toMatchObject({ deleted: 30_001, created: 3 });
    expect(dry.take().length + 5).toBe(20_000);
    expect(dry.summary(0).unlisted).toBe(30_006 - 20_000);
  });

  it('of its progress is read, and anything else is not', () => {
    expect(readProgress('      1,234,567  45%   12.34MB/s    0:01:12 (xfr#5, to-chk=95/100)')).toEqual({
      bytes: 1_234_567,
      share: 0.45,
      rate: 12.34 * 1024 ** 2,
      leftMs: 72_000,
      files: 5,
    });
    expect(readProgress('0   0%    0.00kB/s   ??:??:??')?.leftMs).toBe(null);
    expect(readProgress('index.html')).toBe(undefined);
  });

  it('is never more than it may be: nothing throws, nothing is taken for an answer', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.constantFrom(
            'file script 9999999\n',
            'file x 3\nabc\nend\n',
            'clock x\nend\n',
            'end\n',
            'far in yes\nfar free 1e9\n',
            'source 99 empty\n',
          ),
        ),
        fc.string(),
        (text, more) => {
          expect(readLook(Buffer.from(text + more))?.texts.script ?? null).toBe(null);
          for (const kind of ['local', 'ssh', 'daemon'] as const) {
            const there = { host: 'h', user: null, port: null, path: 'x' };
            const destination =
              kind === 'local'
                ? { kind, path: '/x' }
                : kind === 'ssh'
                  ? { kind, ...there, keyFile: null }
                  : { kind, ...there, passwordFile: null };
            expect(readWay(someJob({ destination }), text, more).checks.length).toBeGreaterThan(0);
          }
          const dry = new DryRun();
          dry.add(Buffer.from(text + more));
          expect(dry.summary(0).exit).toBe(0);
          readProgress(text);
        },
      ),
      { numRuns: 500 },
    );
    const look = readLook(
      Buffer.concat([Buffer.from('file script 4\n'), Buffer.from([0, 255, 10, 39]), Buffer.from('\naccount 0 /root\nclock 12\nend\n')]),
    );
    expect(look).toMatchObject({ texts: { script: "\0\ufffd\n'" }, clock: 12, account: { uid: 0, home: '/root' } });
  });

  it('would delete is shouted from a tenth of the copy on', () => {
    const summary = { created: 0, changed: 0, deleted: 10, there: 100, bytes: 0, unlisted: 0, exit: 0 };
    expect(deletionWarning(summary)).toBe(null);
    expect(deletionWarning({ ...summary, deleted: 11 })).toContain('11 of 100 in the copy would be deleted: 11 %');
    expect(dryWords(summary)).toBe('10 deleted; 0 B would move.');
  });
});
