import { mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { journalMigrations } from '../../src/main/plans/journal-schema.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import { openDatabase } from '../../src/main/storage/database.ts';
import type { AuditQuery } from '../../src/shared/contract/plans.ts';
import { patience } from '../support/patience.ts';
import { becomes, connected, type PlansRig, plansRig, startOne, toyPlan, toyStep, viewOf } from '../support/plans.ts';

let rig: PlansRig;
let path: string;

beforeEach(() => {
  rig = plansRig();
  path = join(rig.dataDir, 'journal.db');
});
afterEach(() => rig.close());

const refused = (code: string) => expect.objectContaining({ problem: expect.objectContaining({ code }) });
const query = (change: Partial<AuditQuery> = {}): AuditQuery => ({ text: '', states: [], before: null, ...change });
const titles = (plans: Plans, change: Partial<AuditQuery> = {}) => plans.audit(query(change)).plans.map((plan) => plan.title);
const titled = (title: string, ...steps: Parameters<typeof toyPlan>[0]) => toyPlan(steps.length > 0 ? steps : [toyStep('a')], { title });

/** Starts a plan whose second step never ends by itself, and ends Hum in the middle of it. */
async function interrupted(undo: 'well' | null = 'well'): Promise<string> {
  const plans = await rig.open();
  const id = startOne(plans, titled('Cut short', toyStep('a'), toyStep('b', 'waits', undo), toyStep('c')));
  await expect.poll(() => rig.log, patience).toEqual(['+a', '+b']);
  return id;
}

describe('a plan that was under way when Hum ended', () => {
  it('is interrupted: the step under way is not known, the ones before are done', async () => {
    const id = await interrupted();
    const plans = await rig.open();
    const view = await viewOf(plans, id);
    expect(view).toMatchObject({ state: 'interrupted', problem: { code: 'interrupted', message: 'Hum ended during “Do b”.' } });
    expect(view?.steps.map((step) => step.state)).toEqual(['done', 'unknown', 'waiting']);
    expect(plans.busy(view?.subject ?? '')).toBe(true);
    expect(rig.log).toEqual(['+a', '+b']);
  });

  it('holds what it held until somebody decides', async () => {
    const holds = [{ name: 'web01', macs: ['00:16:3e:00:00:01'] }];
    const plans = await rig.open();
    const id = startOne(plans, toyPlan([toyStep('a'), toyStep('b', 'waits')], { holds, atOnce: 3 }));
    startOne(plans, toyPlan([toyStep('c', 'waits')], { host: 'h2' }));
    await expect.poll(() => rig.log, patience).toContain('+b');
    expect(plans.holdings()).toEqual([holds]);
    const next = await rig.open();
    expect(next.holdings()).toEqual([holds]);
    next.undo(id);
    await becomes(next, id, 'cancelled');
    expect(next.holdings()).toEqual([]);
    expect(next.holdingsOfEnded()).toEqual([]);
    await becomes(next, startOne(next, toyPlan([toyStep('d')], { holds: 'kept' })), 'done');
    expect(next.holdingsOfEnded()).toEqual(['kept']);
    const left = startOne(next, toyPlan([toyStep('e', 'waits')], { holds: 'left', host: 'h3' }));
    await expect.poll(() => rig.log, patience).toContain('+e');
    const last = await rig.open();
    last.dismiss(left);
    // What it had made by then may be there still.
    expect(last.holdingsOfEnded()).toEqual(['left', 'kept']);
  });

  it('is undone when a person says so, the step under way as well', async () => {
    const id = await interrupted();
    const plans = await rig.open();
    plans.undo(id);
    await becomes(plans, id, 'cancelled');
    expect(rig.log).toEqual(['+a', '+b', '-b again', '-a']);
  });

  it('says when nobody can tell whether a step was done that nothing takes back', async () => {
    const id = await interrupted(null);
    const plans = await rig.open();
    plans.undo(id);
    const view = await becomes(plans, id, 'cancelled');
    expect(view.problem?.hint).toContain('Whether “Do b” was done is not known: look at the host.');
  });

  it('goes on when a person says so, with the step under way once more', async () => {
    const id = await interrupted();
    const plans = await rig.open();
    plans.resume(id);
    await expect.poll(() => rig.log.at(-1), patience).toBe('+b again');
    plans.cancel(id);
    await becomes(plans, id, 'cancelled');
    expect(rig.log).toEqual(['+a', '+b', '+b again', '-b', '-a']);
  });

  it('does not go on while there is no connection to its host', async () => {
    const id = await interrupted();
    const plans = await rig.open({
      runner: () => {
        throw new Error('no way there');
      },
    });
    expect(() => plans.resume(id)).toThrow('no way there');
    expect(await viewOf(plans, id)).toMatchObject({ state: 'interrupted' });
  });

  it('is left as it is when a person says so, and frees its subject', async () => {
    const id = await interrupted();
    const plans = await rig.open();
    plans.dismiss(id);
    const view = await viewOf(plans, id);
    expect(view).toMatchObject({ state: 'dismissed', endedAt: expect.any(Number) });
    expect(plans.busy(view?.subject ?? '')).toBe(false);
    expect(() => plans.undo(id)).toThrow(refused('conflict'));
  });

  it('can only be undone when it was being undone, and why is not forgotten', async () => {
    const first = await rig.open();
    const id = startOne(first, titled('Back', toyStep('a', 'well', 'waits'), toyStep('b', 'fails')));
    await expect.poll(() => rig.log, patience).toEqual(['+a', '+b', '-b', '-a']);
    const plans = await rig.open();
    const view = await viewOf(plans, id);
    expect(view).toMatchObject({ state: 'interrupted', direction: 'back', problem: { code: 'command-failed' } });
    expect(view?.steps.map((step) => step.state)).toEqual(['unknown', 'undone']);
    expect(() => plans.resume(id)).toThrow(refused('conflict'));
  });

  it('is over when it had not begun', async () => {
    const first = await rig.open();
    const ids = first.start(['a', 'b', 'c'].map((name) => titled(name, toyStep(name, 'waits')))).ids;
    await expect.poll(() => rig.log, patience).toEqual(['+a', '+b']);
    const plans = await rig.open();
    const states = await Promise.all(ids.map(async (id) => (await viewOf(plans, id))?.state));
    expect(states).toEqual(['interrupted', 'interrupted', 'cancelled']);
    expect(await viewOf(plans, ids[2] ?? '')).toMatchObject({ problem: { code: 'interrupted' } });
  });
});

describe('the audit log', () => {
  it('is answered newest first, in pages of 50, with what is under way left out', async () => {
    const plans = await rig.open();
    const ids: string[] = [];
    for (let at = 0; at < 52; at += 1) ids.push(startOne(plans, titled(`plan ${at}`)));
    await becomes(plans, ids.at(-1) ?? '', 'done');
    startOne(plans, titled('still there', toyStep('w', 'waits')));
    const first = plans.audit(query());
    expect(first.plans.map((plan) => plan.title)).toEqual(Array.from({ length: 50 }, (_, at) => `plan ${51 - at}`));
    expect(first.more).toBe(true);
    const second = plans.audit(query({ before: first.plans.at(-1)?.id ?? null }));
    expect(second.plans.map((plan) => plan.title)).toEqual(['plan 1', 'plan 0']);
    expect(second.more).toBe(false);
  });

  it('finds plans by every word, in whatever case, in title, host, command and output', async () => {
    const plans = await rig.open();
    const named = ['Pause ÄRGER01', '100 % of web_01', "it's <b>$(reboot)</b>"].map((title) => titled(title));
    for (const id of plans.start(named).ids) await becomes(plans, id, 'done');
    await becomes(plans, startOne(plans, titled('other', toyStep('z', 'fails'))), 'failed');

    expect(titles(plans, { text: 'ärger01 pause' })).toEqual(['Pause ÄRGER01']);
    expect(titles(plans, { text: '%' })).toEqual(['100 % of web_01']);
    expect(titles(plans, { text: 'web_' })).toEqual(['100 % of web_01']);
    expect(titles(plans, { text: "IT'S $(reboot)" })).toEqual(["it's <b>$(reboot)</b>"]);
    expect(titles(plans, { text: '+z PRINTED' })).toEqual(['other']);
    expect(titles(plans, { text: 'name of h1' })).toHaveLength(4);
    expect(titles(plans, { text: 'pause reboot' })).toEqual([]);
    expect(titles(plans, { states: ['failed', 'stuck'] })).toEqual(['other']);
    expect(titles(plans, { before: '00000000-0000-4000-8000-000000000000' })).toEqual([]);
  });

  it('holds what the next Hum finds: commands, output, times and who', async () => {
    const first = await rig.open();
    const id = startOne(first, titled('kept', toyStep('a')));
    await becomes(first, id, 'done');
    const plans = await rig.open({ hostName: () => 'another name', by: 'somebody else' });
    const [plan] = plans.audit(query()).plans;
    expect(plan).toMatchObject({ id, by: 'tester', hostName: 'name of h1', state: 'done' });
    expect(plan?.steps[0]).toMatchObject({
      command: 'toy +a',
      output: '+a printed\n',
      startedAt: expect.any(Number),
      endedAt: expect.any(Number),
    });
    const exported = plans.exportAudit({ text: 'kept', states: [], format: 'json' });
    expect(JSON.parse(exported.text)).toEqual([plan]);
  });
});

describe('a journal', () => {
  it.each([
    ['is no database', () => writeFileSync(path, 'not a database, '.repeat(300))],
    ['was cut short', () => truncateSync(path, 6000)],
    [
      'has a page of rubbish',
      () => {
        const bytes = readFileSync(path);
        bytes.fill(0xa5, 4096, 12_288);
        writeFileSync(path, bytes);
      },
    ],
  ])('that %s is set aside whole, and a new one begun', async (_how, damage) => {
    const before = await rig.open();
    for (let at = 0; at < 5; at += 1) await becomes(before, startOne(before, titled(`old ${at}`)), 'done');
    await before.stop();
    rig.abandon();
    damage();
    const bytes = readFileSync(path);

    const plans = await rig.open();
    expect(plans.notices).toMatchObject([{ code: 'settings-damaged', message: expect.stringContaining('journal.db was damaged') }]);
    const [aside = ''] = readdirSync(rig.dataDir).filter((name) => /^journal\.damaged-[\dT-]+\.db$/.test(name));
    expect(readFileSync(join(rig.dataDir, aside))).toEqual(bytes);
    expect(plans.audit(query()).plans).toEqual([]);
    await becomes(plans, startOne(plans, titled('new')), 'done');
    expect((await rig.open()).notices).toEqual([]);
  });

  it('of a newer Hum is left alone, and nothing is changed on any host', async () => {
    const newer = new DatabaseSync(path);
    newer.exec('PRAGMA user_version = 99');
    newer.close();
    const plans = await rig.open();
    expect(plans.notices).toMatchObject([{ code: 'journal-failed', detail: expect.stringContaining('version 99') }]);
    expect(() => plans.start([titled('x')])).toThrow(refused('journal-failed'));
    expect(() => plans.audit(query())).toThrow(refused('journal-failed'));
    expect(rig.log).toEqual([]);
    expect(readdirSync(rig.dataDir)).toEqual(['journal.db']);
  });

  it('that cannot be opened refuses every plan, and Hum starts all the same', async () => {
    mkdirSync(path);
    const plans = await rig.open();
    expect(plans.notices).toMatchObject([{ code: 'journal-failed' }]);
    expect(() => plans.start([titled('x')])).toThrow(refused('journal-failed'));
    expect(rig.log).toEqual([]);
    await plans.stop();
    rig.abandon();
  });

  it('that cannot be written any more stops a plan where it stands: no step is begun unjournalled', async () => {
    const other = () => new DatabaseSync(path, { timeout: 0 });
    let lock: DatabaseSync | undefined;
    const plans = await rig.open({
      handlers: {
        // From the end of this step on, somebody else holds the file.
        locks: async () => {
          lock = other();
          lock.exec('BEGIN IMMEDIATE');
        },
      },
      runner: connected,
    });
    const locking = { ...toyStep('l', 'well', null), action: { handler: 'locks', args: {}, shown: 'lock' } };
    const id = startOne(plans, titled('locked', toyStep('a'), locking, toyStep('b')));
    const view = await becomes(plans, id, 'stuck');
    expect(view.problem).toMatchObject({ code: 'journal-failed' });
    expect(rig.log).toEqual(['+a']);
    expect(() => plans.start([titled('x')])).toThrow(refused('journal-failed'));
    expect(() => plans.undo(id)).toThrow(refused('journal-failed'));

    lock?.close();
    plans.undo(id);
    await becomes(plans, id, 'cancelled');
    expect(rig.log).toEqual(['+a', '-a']);
  });

  it('is brought up to date step by step, and what is in it stays', () => {
    const file = join(rig.dataDir, 'other.db');
    openDatabase(file, ['CREATE TABLE a (x)']).database.close();
    const second = openDatabase(file, ['not run again', 'CREATE TABLE b (y); INSERT INTO a VALUES (1)']).database;
    expect({ ...second.prepare('SELECT x FROM a').get() }).toEqual({ x: 1 });
    second.close();
    expect(() => openDatabase(file, ['-', '-', 'CREATE TABLE c (z); nonsense'])).toThrow();
    const after = openDatabase(file, ['-', '-']).database;
    expect({ ...after.prepare('PRAGMA user_version').get() }).toEqual({ user_version: 2 });
    expect(() => after.prepare('SELECT z FROM c')).toThrow();
    after.close();
  });

  it('keeps every commit on disk before it answers', () => {
    const { database } = openDatabase(path, journalMigrations);
    expect({ ...database.prepare('PRAGMA journal_mode').get() }).toEqual({ journal_mode: 'wal' });
    // 2 is FULL (sqlite.org/pragma.html#pragma_synchronous).
    expect({ ...database.prepare('PRAGMA synchronous').get() }).toEqual({ synchronous: 2 });
    database.close();
    rmSync(path);
  });
});
