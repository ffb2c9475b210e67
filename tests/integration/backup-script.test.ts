import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { definitionIn, jobScript } from '../../src/main/backups/managed/job-script.ts';
import type { JobDefinition } from '../../src/shared/contract/backup-jobs.ts';
import { jobRoom, jobShells, plainOptions, someJob } from '../support/backup-jobs.ts';
import { patience } from '../support/patience.ts';
import { smallDisk } from '../support/small-disk.ts';

/** What Hum writes on a host as /etc/hum/jobs/NAME.sh, run by the shells that a host may have; with the real rsync, where nothing else is said. */

let room: ReturnType<typeof jobRoom>;
afterEach(() => room.close());

const hasSmallDisk = process.getuid?.() === 0;
/** A stand-in that notes its arguments, a line of JSON-like words each, and ends as it is told. */
const standIn = (code: number, more = '') => `#!/bin/sh
case $* in --info=help) exit 1 ;; esac
for each in "$@"; do printf '%s\\0' "$each"; done >"$HOME/words"
printf 'rsync error: made up (code ${code})\\n' >&2
${more}
exit ${code}
`;

describe.each(jobShells)('a job under %s', (...shell) => {
  beforeEach(() => {
    room = jobRoom(shell);
    mkdirSync(room.at('source'));
    writeFileSync(room.at('source/index.html'), 'hello');
  });
  const job = (change: Partial<JobDefinition> = {}) =>
    someJob({ sources: [`${room.at('source')}/`], destination: { kind: 'local', path: room.at('copy') }, ...change });

  it('copies, and tells when, how much and how it ended', () => {
    expect(room.run(job())).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(readFileSync(room.at('copy/index.html'), 'utf8')).toBe('hello');
    const status = room.status();
    expect(status).toMatchObject({ job: 'web', exit: 0, bytes: 5, files: 1, trigger: 'cron', lastSuccess: status.ended });
    expect(status.started).toBeGreaterThan(1_700_000_000);
    expect(room.runs()).toEqual([status]);
    room.run(job({ scheduler: 'timer' }));
    expect(room.runs().map(({ trigger, files }) => [trigger, files])).toEqual([
      ['cron', 1],
      ['timer', 0],
    ]);
  });

  // What a status becomes is a matter of the commands, not of the shell: one tries all of them.
  it.each(shell[0] === 'dash' ? [1, 2, 3, 4, 5, 6, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 30, 35, 127, 255] : [23, 24])(
    'keeps rsync’s exit status %i',
    (code) => {
      room.program('rsync', standIn(code));
      const { code: ended, stderr } = room.run(job());
      expect(ended).toBe(code);
      expect(room.status()).toMatchObject({ exit: code, lastSuccess: code === 24 ? expect.any(Number) : null });
      // cron mails what is printed: a failure with the end of the log, and nothing where there is nothing to say.
      expect(stderr.includes(`made up (code ${code})`)).toBe(code !== 24);
    },
  );

  it('starts no second run beside one that goes on, and says so', async () => {
    room.program('rsync', standIn(0, 'while [ ! -e "$HOME/go" ]; do sleep 0.05; done'));
    const first = room.start(job());
    await vi.waitFor(() => expect(existsSync(room.at('words'))).toBe(true), patience);
    expect(room.run(job())).toMatchObject({ code: 75, stderr: expect.stringContaining('still goes on') });
    expect(room.status()).toMatchObject({ ended: null, exit: null, pid: first.pid });
    writeFileSync(room.at('go'), '');
    await vi.waitFor(() => expect(first.exitCode).toBe(0), patience);
    expect(room.runs().map(({ exit, skipped }) => [exit, skipped])).toEqual([
      [75, true],
      [0, undefined],
    ]);
  });

  it('ends what it has started when it is stopped, and tells so', async () => {
    room.program('rsync', '#!/bin/sh\ncase $* in --info=help) exit 1 ;; esac\necho $$ >"$HOME/pid"\nexec sleep 1000\n');
    const run = room.start(job({ after: 'echo "after $HUM_EXIT" >"$HOME/after"' }));
    await vi.waitFor(() => expect(existsSync(room.at('pid')) && readFileSync(room.at('pid'), 'utf8')).toMatch(/\d\n/), patience);
    run.kill('SIGTERM');
    await vi.waitFor(() => expect(run.exitCode).toBe(20), patience);
    expect(() => process.kill(Number(readFileSync(room.at('pid'), 'utf8')), 0)).toThrow('ESRCH');
    expect(room.status()).toMatchObject({ exit: 20 });
    expect(readFileSync(room.at('after'), 'utf8')).toBe('after 20\n');
  });

  it('keeps a log of 1 MiB and its end, whatever a run prints', () => {
    const printed = shell[0] === 'dash' ? 2 ** 30 : 5_000_000;
    room.program('rsync', standIn(23, `head -c ${printed} /dev/zero; echo; echo "the very last line"`));
    expect(room.run(job()).code).toBe(23);
    expect(statSync(join(room.state, 'log')).size).toBeLessThan(1_100_000);
    expect(room.log()).toMatch(/the log of this run is cut here[\s\S]*the very last line\n--- ended with status 23\n$/);
    room.run(job());
    expect(statSync(join(room.state, 'log.1')).size).toBeGreaterThan(1_000_000);
    expect(statSync(join(room.state, 'log')).size).toBeLessThan(1_100_000);
  });

  it('does not empty the copy when the source is empty, and copies nothing when the command before fails', () => {
    const mirror = job({ options: { ...plainOptions, delete: true } });
    expect(room.run(mirror).code).toBe(0);
    rmSync(room.at('source/index.html'));
    expect(room.run(mirror)).toMatchObject({ code: 66, stderr: expect.stringContaining('would be emptied') });
    rmSync(room.at('source'), { recursive: true });
    expect(room.run(mirror).code).toBe(66);
    expect(readFileSync(room.at('copy/index.html'), 'utf8')).toBe('hello');
    expect(room.run(job({ before: 'echo no; exit 3', after: 'echo "after $HUM_EXIT"' })).code).toBe(3);
    expect(room.log()).toMatch(/no\nafter 3\n--- ended with status 3\n$/);
  });

  it('keeps the newest of so many days, weeks and months, and unchanged files once', () => {
    const keeping = job({ keep: { kind: 'snapshots', daily: 2, weekly: 2, monthly: 2 } });
    const old = ['2020-01-01', '2020-02-01', '2020-02-10', '2020-02-18', '2020-02-18', '2020-02-19', '2020-02-20'];
    for (const [at, day] of old.entries()) mkdirSync(room.at(`copy/${day}T0${at}0000Z`), { recursive: true });
    mkdirSync(room.at('copy/of somebody else'));
    expect(room.run(keeping).code).toBe(0);
    const [now = ''] = readdirSync(room.at('copy')).filter((name) => name > '2021' && name.endsWith('Z'));
    // Of days: today and 20 February; of weeks: this one and that of the 20th; of months: this one and February.
    expect(readdirSync(room.at('copy')).sort()).toEqual(['2020-02-20T060000Z', now, 'latest', 'of somebody else'].sort());
    expect(readlinkSync(room.at('copy/latest'))).toBe(now);
    const inode = statSync(room.at('copy/latest/index.html')).ino;
    writeFileSync(room.at('source/new'), 'new');
    // Two runs of one second have one name.
    const until = Date.now() + 1_000 - (Date.now() % 1_000);
    while (Date.now() <= until);
    expect(room.run(keeping).code).toBe(0);
    expect(readdirSync(room.at('copy/latest')).sort()).toEqual(['index.html', 'new']);
    expect(statSync(room.at('copy/latest/index.html')).ino).toBe(inode);
  });

  it('keeps what a run replaces or deletes for so many days', () => {
    const keeping = job({ options: { ...plainOptions, delete: true }, keep: { kind: 'changed', days: 30 } });
    room.run(keeping);
    mkdirSync(room.at('copy/.hum-changed/2020-01-01T000000Z'), { recursive: true });
    writeFileSync(room.at('source/index.html'), 'changed');
    expect(room.run(keeping).code).toBe(0);
    const [kept = '', ...rest] = readdirSync(room.at('copy/.hum-changed'));
    expect(rest).toEqual([]);
    expect(readFileSync(room.at(`copy/.hum-changed/${kept}/index.html`), 'utf8')).toBe('hello');
    expect(readFileSync(room.at('copy/index.html'), 'utf8')).toBe('changed');
  });

  it('writes nothing where it is only asked what it would do', () => {
    const { code, stdout } = room.run(job(), 'dry', '--out-format=%i %l %n');
    expect([code, stdout]).toEqual([0, expect.stringContaining('>f+++++++++ 5 index.html\n')]);
    expect(existsSync(room.at('copy')) || existsSync(room.state)).toBe(false);
  });

  it('shows Hum everything as it comes, and keeps the progress out of the log', () => {
    const { code, stdout } = room.run(job(), 'hum');
    expect(code).toBe(0);
    expect(stdout).toMatch(/\r +5 100% .*xfr#1/);
    expect(room.status()).toMatchObject({ trigger: 'hum', bytes: 5 });
    expect(room.log()).not.toContain('100%');
    expect(room.log()).toContain('Total transferred file size: 5');
  });

  it('lets no value out of its quotes, and gives rsync each as one word', () => {
    const text = fc.string({
      unit: fc.oneof(fc.constantFrom(...'\'"`$()\\;&|<>*?[]{}!#~ \n\t-=%'), fc.string({ minLength: 1, maxLength: 2, unit: 'binary' })),
      maxLength: 30,
    });
    const path = text.map((each) => `/${each.toWellFormed().replaceAll('\0', '')}`);
    const line = text.map((each) => `x${each.toWellFormed().replaceAll(/[\0\r\n]/g, '')}`);
    room.program('rsync', standIn(0));
    fc.assert(
      fc.property(fc.array(path, { minLength: 1, maxLength: 3 }), path, fc.array(line, { maxLength: 3 }), (sources, place, excludes) => {
        const commands = { before: `: ${sources[0]}`, after: `: ${excludes[0]}` };
        const definition = job({ sources, excludes, destination: { kind: 'local', path: place }, ...commands });
        expect(definitionIn(jobScript(definition))).toEqual(definition);
        rmSync(room.at('words'), { force: true });
        expect(room.run(definition, 'dry')).toMatchObject({ code: 0, stdout: '' });
        const words = readFileSync(room.at('words'), 'utf8').split('\0').slice(0, -1);
        const expected = ['--dry-run', '--stats', '--archive', ...excludes.map((each) => `--exclude=${each}`), '--', ...sources, place];
        expect(words).toEqual(expected);
      }),
      { numRuns: shell[0] === 'dash' ? 40 : 15 },
    );
  });

  it.skipIf(!hasSmallDisk)('runs on a full disk too, and keeps the status of the copy', async () => {
    mkdirSync(room.at('small'));
    mkdirSync(room.state, { recursive: true });
    const small = await smallDisk(room.at('small'));
    const states = await smallDisk(room.state);
    try {
      writeFileSync(room.at('source/large'), Buffer.alloc(1024 * 1024));
      expect(room.run(job({ destination: { kind: 'local', path: room.at('small') } })).code).toBe(11);
      writeFileSync(join(room.state, 'filler'), Buffer.alloc(1024 * 1024));
    } catch {
      // The filler takes what there was.
    } finally {
      const { code } = room.run(job());
      await Promise.all([small?.remove(), states?.remove()]);
      expect(code).toBe(0);
      expect(readFileSync(room.at('copy/index.html'), 'utf8')).toBe('hello');
    }
  });
});
