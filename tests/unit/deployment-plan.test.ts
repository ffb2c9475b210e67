import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Step, StepContext } from '../../src/main/plans/plan.ts';
import type { RunOptions } from '../../src/main/ssh/session.ts';
import { progressOf } from '../../src/main/xen/deploy/copy-progress.ts';
import { deploymentFailure } from '../../src/main/xen/deploy/deployment-failures.ts';
import { deploymentOfAll, deploymentPlan } from '../../src/main/xen/deploy/deployment-plan.ts';
import type { Guest } from '../../src/main/xen/deploy/guest.ts';
import {
  heard,
  judge,
  lastLines,
  look,
  nothingSeen,
  readWatch,
  type Seen,
  settle,
  type WatchAnswer,
} from '../../src/main/xen/deploy/settle.ts';
import { HumError } from '../../src/shared/errors.ts';
import { deployment, disk, guest } from '../support/deployments.ts';

const mib = 2 ** 20;
const shown = (steps: readonly Step[]) =>
  steps.map(({ title, action, undo }) => (action.shown === '' ? `(${title})` : `${action.shown} ← ${undo?.shown ?? 'nothing'}`));

describe('the plan of a deployment', () => {
  test('has its steps in order, each with its command and what undoes it', () => {
    const plan = deploymentPlan(
      deployment({
        guest: guest({
          disks: [
            disk({ size: 3 * mib, grow: true }),
            disk({ device: 'xvdb', place: { kind: 'volume', group: 'vg0', volume: 'data' }, source: { kind: 'empty' }, size: mib }),
          ],
          cloudInit: { device: 'xvdz', path: '/srv/xen/seed.img', hostname: 'web01', user: null, keys: [], packages: [], userData: '' },
          selinux: { booleans: ['virt_use_nfs', 'virt_use_nfs'], whenAbsent: 'error' },
          autostart: true,
          ready: 'ping',
        }),
        checksums: new Map([['/srv/xen/golden.img', 'abc']]),
      }),
    );
    expect(plan).toMatchObject({ kind: 'xen.deploy', title: 'Deploy web01 on xen-a', host: 'x', subject: 'x/web01' });
    expect(shown(plan.steps)).toEqual([
      'ln /var/lib/hum/claims/.0123456789abcdef /var/lib/hum/claims/web01 ← rm /var/lib/hum/claims/web01',
      "cp --sparse=always /srv/xen/golden.img /srv/xen/web01.img && echo 'abc  /srv/xen/web01.img' | sha256sum -c && truncate -s 3145728 /srv/xen/web01.img && e2fsck -fp /srv/xen/web01.img && resize2fs /srv/xen/web01.img ← rm /srv/xen/web01.img",
      'lvcreate -n data --addtag hum-0123456789abcdef -L 1048576b vg0 ← lvremove -f vg0/data',
      'cat > /srv/xen/seed.img ← rm /srv/xen/seed.img',
      'setsebool -P virt_use_nfs on ← setsebool -P virt_use_nfs off',
      'cat > /etc/xen/web01.cfg ← rm /etc/xen/web01.cfg',
      `xl create -p /etc/xen/web01.cfg "uuid='$(uuidgen)'" && xl unpause web01 ← xl destroy web01`,
      '(Wait until web01 answers a ping)',
      'ln -s /etc/xen/web01.cfg /etc/xen/auto/web01.cfg ← rm /etc/xen/auto/web01.cfg',
      'lvchange --deltag hum-0123456789abcdef vg0/data; rm /var/lib/hum/claims/web01 ← nothing',
    ]);
  });

  test('keeps with the wait who can log in to what cloud-init sets up', () => {
    const userOf = (cloudInit: Guest['cloudInit']) =>
      deploymentPlan(deployment({ guest: guest({ cloudInit }) })).steps.find(({ action }) => action.handler === 'xen.settle')?.action.args
        .user;
    const seed = { device: 'xvdz', path: '/srv/xen/seed.img', hostname: 'web01', user: 'debian', keys: [], packages: [], userData: '' };
    expect(userOf(seed)).toBe('debian');
    expect(userOf({ ...seed, user: null })).toBeNull();
    expect(userOf(null)).toBeNull();
  });

  test('of all claims every name first, and gives them free when nothing can fail any more', () => {
    const of = (name: string, id = 'x') => deployment({ guest: guest({ name }), host: { id, name: `xen-${id}` } });
    const plan = deploymentOfAll([of('web01'), of('web02', 'y'), of('web03')]);
    expect(plan).toMatchObject({ kind: 'xen.deploy-all', title: 'Deploy 3 VMs, web01 to web03, on 2 hosts', subject: 'x/web01' });
    const handlers = plan.steps.map(({ action }) => action.handler);
    expect(handlers.slice(0, 3)).toEqual(['xen.claim', 'xen.claim', 'xen.claim']);
    expect(handlers.slice(-3)).toEqual(['xen.release', 'xen.release', 'xen.release']);
    expect(plan.steps.filter(({ host }) => host === 'y')).toHaveLength(plan.steps.length / 3);
    expect(() => deploymentOfAll([])).toThrow();
  });

  /** A text that would do something, were it ever read by a shell. */
  const nasty = fc
    .array(
      fc.constantFrom(
        '$(reboot)',
        '`id`',
        "'",
        '"',
        '\\',
        ';',
        '&',
        '|',
        '\n',
        ' ',
        '*',
        '~',
        '-x',
        '#',
        '>',
        'ä',
        '\u202e',
        'a',
        '/',
        '%s',
      ),
      {
        minLength: 1,
        maxLength: 12,
      },
    )
    .map((parts) => parts.join(''));

  test('shows commands in which every value is one word, and no invisible character acts', () => {
    fc.assert(
      fc.property(nasty, nasty, nasty, (name, path, image) => {
        fc.pre(!`${name}${path}${image}`.includes('\n'));
        const plan = deploymentPlan(
          deployment({
            guest: guest({
              name,
              disks: [
                disk({
                  place: { kind: 'file', path: `/${path}` },
                  source: { kind: 'image', image: `/${image}`, method: 'copy', checksum: null },
                }),
              ],
              autostart: true,
            }),
          }),
        );
        for (const { action, undo } of plan.steps) {
          for (const line of [action.shown, undo?.shown ?? '']) expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
        }
        fc.pre(!/[\u202e]/.test(`${name}${path}${image}`));
        const copy = plan.steps[1]?.action.shown ?? '';
        const words = spawnSync('sh', ['-c', `printf '%s\\n' ${copy}`], { encoding: 'utf8' }).stdout.split('\n');
        expect(words).toEqual(['cp', '--sparse=always', `/${image}`, `/${path}`, '']);
      }),
      { numRuns: 60 },
    );
  });

  test('is the same for the same deployment', () => {
    fc.assert(
      fc.property(nasty, (name) => {
        fc.pre(!name.includes('\n'));
        const one = deployment({ guest: guest({ name }) });
        expect(deploymentPlan(one)).toEqual(deploymentPlan(structuredClone(one)));
      }),
    );
  });

  test('holds nothing that the journal cannot hold', () => {
    const plan = deploymentPlan(deployment());
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

test('the progress of a copy says what can be told, and never more than all of it', () => {
  expect(progressOf([], 10)).toBe('');
  expect(progressOf([{ at: 0, done: 0 }], 4 * mib)).toBe('0 B of 4.0 MiB');
  const looks = [
    { at: 0, done: 0 },
    { at: 2000, done: 2 * mib },
  ];
  expect(progressOf(looks, 8 * mib)).toBe('2.0 MiB of 8.0 MiB, 1.0 MiB/s, 6 s left');
  expect(progressOf(looks, 0)).toBe('2.0 MiB, 1.0 MiB/s');
  expect(progressOf([...looks, { at: 3000, done: 9 * mib }], 8 * mib)).toBe('8.0 MiB of 8.0 MiB, 3.0 MiB/s');
});

describe('what a guest is seen to do', () => {
  const answer = (change: Partial<WatchAnswer> = {}): WatchAnswer => ({
    id: 1,
    flags: '-b----',
    again: false,
    address: null,
    answers: false,
    ...change,
  });
  const waiting = { name: 'web01', ready: 'running', stableMs: 3000 } as const;
  /** A look a second. */
  const verdictOn = (answers: readonly WatchAnswer[], how: Parameters<typeof judge>[0] = waiting) => {
    let seen: Seen = nothingSeen;
    answers.forEach((each, at) => {
      seen = look(seen, each, at * 1000);
    });
    return judge(how, seen, answers.at(-1)?.flags ?? '', (answers.length - 1) * 1000);
  };
  const times = (count: number, each: WatchAnswer) => Array.from({ length: count }, () => each);

  test('is read from what the script prints', () => {
    const said = readWatch(Buffer.from('domain 7 -b----\naddress 10.0.0.5\nanswers yes\n'));
    expect(said).toEqual({ id: 7, flags: '-b----', again: false, address: '10.0.0.5', answers: true });
    expect(readWatch(Buffer.from('domain gone\nanswers no\n'))).toMatchObject({ id: null, flags: '' });
    expect(readWatch(Buffer.from('domain 7 -b----\nagain yes\nanswers no\n'))).toMatchObject({ id: 7, again: true });
    for (const odd of ['', 'domain 7', 'xl: not found\n', 'domain x -b----\n', 'domain 7 rm -rf\n'])
      expect(readWatch(Buffer.from(odd))).toBeUndefined();
  });

  test.each<[string, readonly WatchAnswer[], string]>([
    ['not long enough', times(3, answer()), 'wait'],
    ['long enough', times(4, answer()), 'ready'],
    ['crashed', [answer(), answer({ flags: '---sc-' })], 'crashed'],
    ['paused by somebody', times(9, answer({ flags: '--p---' })), 'wait'],
    [
      'gone for a moment, and again there',
      [...times(3, answer()), answer({ id: null, flags: '' }), ...times(2, answer({ id: 2 }))],
      'wait',
    ],
    ['there again for long enough', [...times(3, answer()), answer({ id: null, flags: '' }), ...times(4, answer({ id: 2 }))], 'ready'],
    ['gone for good', [answer(), ...times(10, answer({ id: null, flags: '' }))], 'ended'],
    ['shut down, and kept so', times(13, answer({ flags: '---s--' })), 'ended'],
    ['started anew before the first look', [answer({ again: true }), ...times(2, answer())], 'wait'],
    ['steady after that', [answer({ again: true }), ...times(3, answer())], 'ready'],
    ['started again and again', [1, 2, 3, 4].map((id) => answer({ id })), 'restarts'],
  ])('means the right thing when it is %s', (_what, answers, meaning) => {
    const verdict = verdictOn(answers);
    expect(verdict.kind === 'failed' ? verdict.how : verdict.kind).toBe(meaning);
  });

  test('counts as ready when it answers as it was asked to, and not before', () => {
    const ping = { ...waiting, ready: 'ping' } as const;
    expect(verdictOn(times(20, answer()), ping)).toEqual({ kind: 'wait', progress: 'no address seen yet' });
    expect(verdictOn(times(20, answer({ address: '10.0.0.5' })), ping)).toEqual({ kind: 'wait', progress: 'no answer yet from 10.0.0.5' });
    expect(verdictOn(times(4, answer({ answers: true })), ping)).toEqual({ kind: 'ready' });
    expect(verdictOn(times(2, answer({ answers: true })), ping).kind).toBe('wait');
    const cloud = { ...waiting, ready: 'cloud-init' } as const;
    expect(verdictOn(times(9, answer()), cloud).kind).toBe('wait');
    const lines = ['[ 9.1] cloud-init[3]: Cloud-init v. 22.4.2 fin', 'ished at Thu, 01 Jan 2026\n'];
    expect(judge(cloud, lines.reduce(heard, look(nothingSeen, answer(), 0)), '-b----', 9000)).toEqual({ kind: 'ready' });
  });

  /** Waits for a guest of a host that runs scripts so. */
  const settled = (
    run: unknown,
    how: { readonly stableS: number; readonly limitMs?: number; readonly answerMs?: number },
    change: Partial<StepContext> = {},
  ) => {
    const context = {
      host: 'x',
      runner: () => ({ run }),
      signal: AbortSignal.timeout(60_000),
      output: () => undefined,
      progress: () => undefined,
      ...change,
    };
    const { stableS, limitMs = 60_000, answerMs = 0 } = how;
    const args = { tool: 'xl', mark: '0123', name: 'web01', ready: 'running', stableS, limitMs, address: null, mac: null };
    return settle(args, context as unknown as StepContext, answerMs);
  };

  test('is looked at again where its host was too slow to tell, for as long as it may take', async () => {
    const slow = () => Promise.reject(new HumError({ code: 'request-timeout', message: 'Too slow.', hint: 'Wait.' }));
    const answers = (text: string) => () => Promise.resolve({ code: 0, stdout: Buffer.from(text), stderr: Buffer.alloc(0) });
    const wait = (limitMs: number, looks: (() => Promise<unknown>)[]) => {
      const run = (_: string, [what]: readonly string[]) => (what === 'look' ? (looks.shift() ?? slow)() : answers('')());
      return settled(run, { stableS: 0, limitMs });
    };
    await wait(60_000, [slow, slow, answers('domain 7 -b----\nanswers no\n')]);
    await expect(wait(0, [slow])).rejects.toThrow('Too slow.');
  });

  test('is heard when it prints, in whole characters, and from where a following broke off', async () => {
    const printed = Buffer.from('boots für alle\nlogin: ');
    const half = printed.indexOf('ü') + 1;
    const pieces = [printed.subarray(0, half), printed.subarray(half)];
    const followed: string[] = [];
    let looks = 0;
    const run = async (_: string, [what, , after, seconds]: readonly string[], { onStdout }: RunOptions = {}) => {
      if (what === 'follow') {
        followed.push(`${after} for ${seconds}`);
        const piece = pieces.shift();
        if (piece !== undefined) onStdout?.(piece);
      } else if (what === 'look') looks += 1;
      // It has crashed at the third look.
      return { code: 0, stdout: Buffer.from(`domain 7 ${looks < 3 ? '-b----' : '---sc-'}\nanswers no\n`), stderr: Buffer.alloc(0) };
    };
    const heard: string[] = [];
    const output = (text: string) => void heard.push(text);
    const failure = await settled(run, { stableS: 60 }, { output }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ problem: { message: 'web01 crashed right after it was started.', detail: 'boots für alle\nlogin:' } });
    expect(heard.slice(0, 2)).toEqual(['boots f', 'ür alle\nlogin: ']);
    expect(followed.slice(0, 2)).toEqual(['0 for 60', `${half} for 60`]);
    expect(followed.at(-1)).toBe(`${printed.length} for `);
  });

  test('is followed beside one other of its host at most, and else read every second', async () => {
    const seconds: (string | undefined)[] = [];
    const over = new AbortController();
    const run = (_: string, [what, , , time]: readonly string[], { signal }: RunOptions = {}) => {
      if (what === 'follow') seconds.push(time);
      const answer = { code: 0, stdout: Buffer.from('domain 7 -b----\nanswers no\n'), stderr: Buffer.alloc(0) };
      if (what !== 'follow' || time === '') return Promise.resolve(answer);
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(answer)));
    };
    const wait = () => settled(run, { stableS: 60 }, { signal: over.signal, progress: () => over.abort() }).catch(() => undefined);
    await Promise.all([wait(), wait(), wait()]);
    expect(seconds).toEqual(['60', '60', '']);
  });

  test('is first looked at after five times as long as its host has taken to answer, and has run since it was let run', async () => {
    const looked: number[] = [];
    const began = performance.now();
    const run = async (_: string, [what]: readonly string[]) => {
      if (what === 'look') looked.push(performance.now() - began);
      return { code: 0, stdout: Buffer.from('domain 7 -b----\nanswers no\n'), stderr: Buffer.alloc(0) };
    };
    await settled(run, { stableS: 1, answerMs: 220 });
    expect(looked).toHaveLength(1);
    expect(looked[0]).toBeGreaterThanOrEqual(1095);
  });

  test('keeps of a console the last lines that can be read', () => {
    const text = `${Array.from({ length: 40 }, (_, at) => `line ${at}`).join('\r\n')}\n\u001b[31mred\u001b[0m\u202e\nold\rnew\n\n`;
    const lines = lastLines(text).detail?.split('\n') ?? [];
    expect(lines).toHaveLength(20);
    expect(lines.slice(-3)).toEqual(['line 39', 'red\\u{202e}', 'new']);
    expect(lastLines('')).toEqual({});
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (any) => {
        expect((lastLines(any).detail ?? '').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});

describe('a script that refuses', () => {
  test.each([
    ['refused taken claim\n', 83, 'name-taken', 'Somebody else is deploying'],
    ['refused room 10 2048 /srv/xen\n', 84, 'disk-full', '10.0 KiB are free in /srv/xen, and 2.0 MiB are needed.'],
    ["refused there /a b'\u202e\n", 83, 'name-taken', "'/a b'\\''\\u{202e}' is there already"],
    ['refused small 1048576 /a\n', 85, 'bad-input', 'which has 1.0 MiB'],
    ['cp: error writing: No space left on device\n', 1, 'disk-full', 'The disk of the host is full.'],
    ['refused constructor x\n', 1, 'toolstack-failed', 'cp ended with status 1.'],
  ])('%j is told as a sentence', (output, code, problem, message) => {
    expect(deploymentFailure({ code, output, shown: 'cp' })).toMatchObject({ code: problem, message: expect.stringContaining(message) });
  });

  test('that has not is no failure', () => {
    expect(deploymentFailure({ code: 0, output: 'refused taken claim\n', shown: 'cp' })).toBeUndefined();
  });
});
