import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { chmod, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Commands } from '../../src/main/commands/commands.ts';
import { openCommandJournal } from '../../src/main/commands/journal.ts';
import { commandMigrations } from '../../src/main/commands/journal-schema.ts';
import type { Runner, RunOptions, Session } from '../../src/main/ssh/session.ts';
import { openDatabase } from '../../src/main/storage/database.ts';
import { groupResults } from '../../src/shared/command-groups.ts';
import { badHost } from '../support/bad-host.ts';
import { comesTo, commandsOn, draft, ended, printed, seen } from '../support/commands.ts';
import type { ChildOrders } from '../support/commands-child.ts';
import { patience } from '../support/patience.ts';
import { smallDisk } from '../support/small-disk.ts';
import { type KeyPair, loopback, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

const runScript = readFileSync(resolve(import.meta.dirname, '../../src/main/commands/run.sh'), 'utf8');

let rig: Rig;
let key: KeyPair;
let sshd: Server;
let user: string;
/** Four hosts, which a script tells apart by its `$at`: one to four. */
let hosts: Record<string, Session>;
let dataDir: string;
let commands: Commands;
/** A folder "on the hosts". */
let dir: string;

// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not ours
const at = 'at=${SSH_CONNECTION#* * 127.0.1.}; at=${at% *}\n';

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd({ listen: loopback(4) });
  user = (await rig.account({ shell: '/bin/dash' })).name;
});
beforeEach(async () => {
  const sessions = await Promise.all(
    sshd.addresses.map(async (address) => online(sessionFor(await targetFor(rig, sshd, { key, user, address })))),
  );
  hosts = Object.fromEntries(sessions.map((session, index) => [`h${index + 1}`, session]));
  dataDir = mkdtempSync(join(tmpdir(), 'hum-commands-'));
  commands = commandsOn(dataDir, hosts);
  dir = await mkdtemp(join(rig.dir, 'host-'));
  await chmod(dir, 0o777);
});
afterEach(async () => {
  commands.stop();
  await stopSessions();
  rmSync(dataDir, { recursive: true, force: true });
});
afterAll(() => rig.close());

const all = ['h1', 'h2', 'h3', 'h4'];

/** Whether any process has this among its arguments; one that has ended and that nobody has asked for has none. */
function runs(mark: string): boolean {
  return spawnSync('pgrep', ['-f', mark]).status === 0;
}

test('one fails, one hangs, one prints what is hostile, one is not connected: each is told, and what hung is ended on its host', async () => {
  commands.stop();
  commands = commandsOn(dataDir, { ...hosts, h5: undefined });
  const mark = `3${String(process.pid)}.25`;
  const text = `${at}case $at in
  2) echo told to stderr >&2; exit 3 ;;
  3) echo begun; sleep ${mark} & wait ;;
  4) printf '\\033]52;c;AAAA\\007\\342\\200\\256\\377\\n'; yes hostile | head -c 3000000 ;;
  *) cat; echo "$1|$#" ;;
esac`;
  const hanging = commands.begin(draft(text, ['h3'], { timeLimitMs: 2_000 }));
  const { id } = commands.begin(draft(text, ['h1', 'h2', 'h4', 'h5'], { where: 'tag:web' }));
  const done = await ended(commands, id);
  const { results } = done;
  expect(done.run).toMatchObject({ state: 'done', hosts: 4, where: 'tag:web', by: 'tester', well: 2, failed: 2 });
  expect(results.h1).toMatchObject({ state: 'exited', code: 0, name: 'name-of-h1', cutBytes: 0 });
  expect(printed(commands, done, 'h1')).toBe('|0\n');
  expect(results.h2).toMatchObject({ state: 'exited', code: 3 });
  expect(printed(commands, done, 'h2')).toBe('told to stderr\n');
  expect(results.h4).toMatchObject({ state: 'exited', code: 0, bytes: 3_000_000 + Buffer.byteLength('\u001b]52;c;AAAA\u0007\u202e?\n') });
  const hostile = printed(commands, done, 'h4');
  expect(hostile.startsWith('\u001b]52;c;AAAA\u0007\u202e\ufffd\nhostile\n')).toBe(true);
  expect(hostile).toContain(`… ${results.h4?.cutBytes.toLocaleString('en')} bytes are left out here …\n`);
  expect(hostile.length).toBeLessThan(66 * 1024);
  expect(results.h5).toMatchObject({ state: 'unanswered', problem: { code: 'connection-lost' } });
  expect(groupResults(Object.values(results)).groups).toHaveLength(3);

  const late = await ended(commands, hanging.id);
  expect(late.results.h3).toMatchObject({ state: 'timed-out', code: null });
  expect(late.results.h3?.problem).toBeUndefined();
  expect(runs(`sleep ${mark}`)).toBe(false);

  const again = await ended(commands, commands.retry(id).id);
  expect(again.run).toMatchObject({ retryOf: id, where: 'failed of tag:web', hosts: 2, failed: 2 });
  expect(Object.keys(again.results).sort()).toEqual(['h2', 'h5']);
});

test('stopping ends what ignores it too, begins it nowhere else, and is refused twice', async () => {
  const mark = `4${String(process.pid)}.25`;
  const { id } = commands.begin(
    draft(`trap '' TERM; echo so far; touch ${dir}/begun-$$; sleep ${mark}; sleep ${mark}`, all, { atOnce: 2 }),
  );
  await expect.poll(() => readdirSync(dir).length, patience).toBe(2);
  await expect.poll(() => commands.soFar(id, 'h2').text, patience).toBe('so far\n');
  expect(commands.soFar(id, 'h3').text).toBe('');
  commands.stopRun(id);
  expect(() => commands.stopRun(id)).toThrow('being stopped already');
  const { run, results } = await ended(commands, id);
  expect(run.state).toBe('stopped');
  expect(Object.values(results).map(({ state }) => state)).toEqual(['stopped', 'stopped', 'skipped', 'skipped']);
  expect(results.h1?.problem).toBeUndefined();
  expect(runs(`sleep ${mark}`)).toBe(false);
  expect(readdirSync(dir)).toHaveLength(2);
  expect(() => commands.stopRun(id)).toThrow('has ended');
});

test('a server that begins no process group has what was started ended all the same', async () => {
  const name = (await rig.account({ shell: '/bin/dash' })).name;
  const dropbear = await online(sessionFor(await targetFor(rig, await rig.dropbear(), { key, user: name })));
  commands.stop();
  commands = commandsOn(dataDir, { drop: dropbear });
  const mark = `5${String(process.pid)}.25`;
  const text = `(sleep ${mark}; touch ${dir}/late) & touch ${dir}/begun; sleep ${mark}; touch ${dir}/late`;
  const { id } = commands.begin(draft(text, ['drop']));
  await expect.poll(() => existsSync(`${dir}/begun`), patience).toBe(true);
  commands.stopRun(id);
  expect((await ended(commands, id)).results.drop).toMatchObject({ state: 'stopped' });
  await expect.poll(() => runs(`sleep ${mark}`), patience).toBe(false);
  expect(existsSync(`${dir}/late`)).toBe(false);
  // The session itself is not among it.
  expect((await dropbear.run('echo on')).stdout.toString()).toBe('on\n');
});

test('what is stopped as it begins is not told as never begun, and of a host that is lost in the middle stays what it had printed', async () => {
  const quick = commands.begin(draft('true', ['h1']));
  commands.stopRun(quick.id);
  expect((await ended(commands, quick.id)).results.h1?.state).toBe('stopped');

  const { id } = commands.begin(draft(`echo first words; while [ ! -e ${dir}/go ]; do sleep 0.05; done`, ['h2']));
  await expect.poll(() => commands.soFar(id, 'h2').text, patience).toBe('first words\n');
  await hosts.h2?.stop();
  const lost = await ended(commands, id);
  expect(lost.results.h2).toMatchObject({ state: 'unanswered', problem: { code: 'connection-lost' } });
  expect(printed(commands, lost, 'h2')).toBe('first words\n');
  // It goes on on its host, and is not to outlive the test.
  spawnSync('touch', [`${dir}/go`]);
});

test.each(['dash', 'bash', 'mksh', 'busybox sh'])('%s runs a text as its own, and ends all of it when told', async (shell) => {
  const start = (text: string) => {
    const [program = '', ...rest] = shell.split(' ');
    // In a group of its own, as sshd begins it.
    const child = spawn(program, [...rest, '-c', runScript, 'sh', text], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk;
    });
    return { child, closed: once(child, 'close').then(([code]) => ({ code, output })) };
  };
  const wrong = await start('echo one; if then').closed;
  expect(wrong.code).not.toBe(0);
  expect(wrong.output).toMatch(/one|syntax|unexpected/);
  expect(await start('true & wait; cat; echo err >&2; f() { return 7; }; f').closed).toEqual({ code: 7, output: 'err\n' });
  expect(await start('exit 4').closed).toEqual({ code: 4, output: '' });
  const { child, closed } = start(`(sleep 1000; touch ${dir}/late) & echo begun; wait`);
  await once(child.stdout, 'data');
  child.stdin.write('\n');
  // It is over once nobody holds its output any more, the sleep included.
  expect((await closed).output).toMatch(/^begun\n/);
  expect(existsSync(`${dir}/late`)).toBe(false);
});

test('of a canary that fails nothing is done elsewhere until a person says so; of one that is well the rest follows, so many at a time', async () => {
  const text = `${at}touch ${dir}/$at; [ "$at" != {{bad}} ]`;
  const { id } = commands.begin(draft(text, all, { values: { bad: '2' }, canary: 2 }));
  const asking = await comesTo(commands, id, ({ run }) => run.state === 'asking');
  expect(Object.values(asking.results).map(({ state, code }) => [state, code])).toEqual([
    ['exited', 0],
    ['exited', 1],
    ['waiting', null],
    ['waiting', null],
  ]);
  expect(readdirSync(dir).sort()).toEqual(['1', '2']);
  expect(() => commands.retry(id)).toThrow('still under way');
  commands.goOn(id);
  expect((await ended(commands, id)).run).toMatchObject({ state: 'done', well: 3, failed: 1 });
  expect(readdirSync(dir).sort()).toEqual(['1', '2', '3', '4']);

  const stopped = commands.begin(draft(text, all, { values: { bad: '1' }, canary: 1 }));
  await comesTo(commands, stopped.id, ({ run }) => run.state === 'asking');
  commands.stopRun(stopped.id);
  expect((await seen(commands, stopped.id)).run).toMatchObject({ state: 'stopped', well: 0, failed: 1 });

  const few = commands.begin(draft(`mkdir ${dir}/taken || exit 9; sleep 0.1; rmdir ${dir}/taken`, all, { canary: 1, atOnce: 1 }));
  expect((await ended(commands, few.id)).run).toMatchObject({ state: 'done', well: 4 });
});

test('what is not named, not there or not filled in is refused before anything is run', () => {
  expect(() => commands.begin(draft('true', ['h1', 'other']))).toThrow('not in the inventory');
  expect(() => commands.begin(draft('echo {{x}}', all))).toThrow('has no value');
  expect(commands.journal({ text: '', before: null }).runs).toEqual([]);
});

test('a Hum that is killed leaves a journal that knows what ran where, and can be searched; the hosts go on', async () => {
  commands.stop();
  const text = `touch ${dir}/begun; while [ ! -e ${dir}/go ]; do sleep 0.05; done; touch ${dir}/done`;
  const server = await rig.sshd();
  const knownHosts = join(rig.dir, 'known-to-child');
  await writeFile(knownHosts, rig.knownHosts(server));
  const orders: ChildOrders = { dataDir, port: server.port, user, key: key.path, knownHosts, text };
  const support = resolve(import.meta.dirname, '../support');
  const child = spawn(
    process.execPath,
    ['--import', join(support, 'raw-imports.mjs'), join(support, 'commands-child.ts'), JSON.stringify(orders)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const gone = once(child, 'exit');
  try {
    await expect.poll(() => existsSync(`${dir}/begun`) || child.exitCode !== null, patience).toBe(true);
    expect(child.exitCode).toBeNull();
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
  commands = commandsOn(dataDir, hosts);
  const [run] = commands.journal({ text: 'TESTER begun interrupted name-of-h3', before: null }).runs;
  expect(run).toMatchObject({ state: 'interrupted', hosts: 3, well: 0, failed: 2, text });
  expect(commands.journal({ text: 'name-of-h4', before: null }).runs).toEqual([]);
  expect((await seen(commands, run?.id ?? '')).results).toMatchObject({
    h2: { state: 'unanswered' },
    h1: { state: 'unknown' },
    h3: { state: 'skipped' },
  });
  spawnSync('touch', [`${dir}/go`]);
  await expect.poll(() => existsSync(`${dir}/done`), patience).toBe(true);
});

test('a host that prints without end is stopped, and one that never closes is left at the time limit', async () => {
  const hostKey = (await rig.hostKey()).path;
  const bad = await badHost({ kind: 'never-closes', hostKey });
  try {
    const known = readFileSync(`${hostKey}.pub`, 'utf8');
    const session = await online(sessionFor(await targetFor(rig, { port: bad.port }, { key, known: `[127.0.0.1]:${bad.port} ${known}` })));
    commands.stop();
    commands = commandsOn(dataDir, { ...hosts, bad: session });
    const ids = [draft('yes', ['h1']), draft('true', ['bad'], { timeLimitMs: 1_000 })].map((each) => commands.begin(each).id);
    const [flood, never] = await Promise.all(ids.map((id) => ended(commands, id)));
    expect(flood?.results.h1).toMatchObject({ state: 'stopped', problem: { code: 'flooded' } });
    expect(flood?.results.h1?.bytes).toBeGreaterThan(64 * 2 ** 20);
    expect(never?.results.bad).toMatchObject({ state: 'timed-out', problem: { code: 'request-timeout' } });
    expect(never && printed(commands, never, 'bad')).toBe('done\n');
  } finally {
    await bad.close();
  }
});

test('a full disk refuses a command before it is run, and ends one that it can write no more of', async (context) => {
  commands.stop();
  const disk = await smallDisk(dataDir);
  if (disk === undefined) return context.skip('no file system can be mounted here');
  try {
    commands = commandsOn(dataDir, hosts);
    spawnSync('dd', ['if=/dev/zero', `of=${dataDir}/fill`, 'bs=1k'], { stdio: 'ignore' });
    expect(() => commands.begin(draft(`touch ${dir}/ran\n#${'x'.repeat(60_000)}`, all))).toThrow('cannot be written');
    expect(existsSync(`${dir}/ran`)).toBe(false);

    rmSync(`${dataDir}/fill`);
    const text = `touch ${dir}/$$; while [ ! -e ${dir}/go ]; do sleep 0.05; done; seq 1 20000`;
    const { id } = commands.begin(draft(text, ['h1', 'h2', 'h3'], { atOnce: 1 }));
    await expect.poll(() => readdirSync(dir).length, patience).toBe(1);
    spawnSync('dd', ['if=/dev/zero', `of=${dataDir}/fill`, 'bs=1k'], { stdio: 'ignore' });
    spawnSync('touch', [`${dir}/go`]);
    const { run, results } = await ended(commands, id);
    expect(run).toMatchObject({ state: 'failed', problem: { code: 'journal-failed' } });
    // Whether that it runs could still be written is a matter of bytes.
    expect(['exited', 'stopped']).toContain(results.h1?.state);
    expect([results.h2, results.h3].map((result) => result?.state)).toEqual(['skipped', 'skipped']);
    expect(readdirSync(dir)).toHaveLength(2);
  } finally {
    commands.stop();
    await disk.remove();
    commands = commandsOn(mkdtempSync(join(dataDir, 'after-')), hosts);
  }
});

test('of a run on very many hosts that all print something else, what is beyond the bound is kept by its beginning, and says so', async () => {
  /** A network on which every host answers at once, each with 60,000 characters of its own. */
  const many = Object.fromEntries(
    Array.from({ length: 300 }, (_, host) => [
      `h${host}`,
      {
        async run(_script: string, _args?: readonly string[], options?: RunOptions) {
          await options?.onStdout?.(Buffer.from(`${host} `.repeat(30_000).slice(0, 60_000)));
          return { code: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
        },
      } as Runner,
    ]),
  );
  commands.stop();
  commands = commandsOn(dataDir, many);
  const done = await ended(commands, commands.begin(draft('any', Object.keys(many), { atOnce: 8 })).id);
  expect(done.run).toMatchObject({ state: 'done', well: 300 });
  const texts = Object.keys(many).map((host) => printed(commands, done, host));
  expect(texts.reduce((sum, text) => sum + text.length, 0)).toBeLessThan(9 * 1024 * 1024);
  expect([texts[0]?.length, done.results.h0?.cutBytes]).toEqual([60_000, 0]);
  expect(texts[299]).toMatch(/^299 299 .*\n… 58,976 bytes are left out here …\n$/);
  expect(done.results.h299?.cutBytes).toBe(58_976);
  expect(commands.exportRun(done.run.id, 'text').text.length).toBeLessThan(10 * 1024 * 1024);
});

test('the journal forgets its oldest runs, by their number and by what they printed', async () => {
  const journal = openCommandJournal(openDatabase(join(dataDir, 'bounded.db'), commandMigrations).database, { runs: 3, output: 100 });
  const { run } = await ended(commands, commands.begin(draft('true', ['h1'])).id);
  const add = (id: string, output: string) => {
    journal.add({ run: { ...run, id }, results: [] });
    journal.save({ run: { ...run, id }, begun: 0, results: [], outputs: [{ name: 'o', text: output }] });
  };
  const ids = () => journal.search([], null, 50).map(({ id }) => id);
  for (const id of ['a', 'b', 'c', 'd']) add(id, '');
  expect(ids()).toEqual(['d', 'c', 'b']);
  add('e', 'x'.repeat(60));
  add('f', 'y'.repeat(60));
  expect(ids()).toEqual(['f']);
  expect(journal.output('e', 'o')).toBeUndefined();
  add('g', 'z'.repeat(500));
  expect(ids()).toEqual(['g']);
  journal.close();
});
