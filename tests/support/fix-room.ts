import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { type Backups, createBackups, type FixRef } from '../../src/main/backups/backups.ts';
import { fixStepHandlers } from '../../src/main/backups/lint/fix-steps.ts';
import type { Plans } from '../../src/main/plans/plans.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import type { BackupHost, BackupJob, FindingId } from '../../src/shared/contract/backups.ts';
import { inventoryHost } from './inventory-host.ts';
import { localRunner } from './local-runner.ts';
import { patience } from './patience.ts';
import { becomes, type PlansRig, plansRig } from './plans.ts';

/** What a test of fixes has: for each a host `h1` made of folders, with a real journal. */
export interface FixRoom {
  /** The folder that is the host's `/`. */
  root: string;
  /** What the host is reached by; a test may put a session in its place before it does anything. */
  way: Runner;
  rig: PlansRig;
  plans: Plans;
  backups: Backups;
  /** Whatever was logged. */
  logged: unknown[];
}

/** The room of the test that runs, made anew before each of the file. */
export const room = {} as FixRoom;

export function openFixRooms(): void {
  beforeEach(async () => {
    room.root = mkdtempSync(join(tmpdir(), 'hum-fixes-'));
    file('etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    file('usr/sbin/cron', '', 0o755);
    file('usr/sbin/sendmail', '', 0o755);
    room.rig = plansRig();
    room.logged = [];
    // Of the fixes' scripts each path is an argument: they work in the folder as they would on a host.
    const within = (runner: Runner): Runner => ({
      ...runner,
      run: (script, args = [], options) =>
        runner.run(
          script,
          script.startsWith('# hum backups') ? args : args.map((arg) => (/^\/(?:etc|var|root)\//.test(arg) ? room.root + arg : arg)),
          options,
        ),
    });
    room.way = localRunner();
    const runner = within({ ...room.way, run: (...call) => room.way.run(...call) });
    room.plans = await room.rig.open({
      handlers: fixStepHandlers(() => runner),
      runner: () => runner,
      onStep: (host) => room.backups.refresh([host]),
      undoneLater: new Set(['backup-fix']),
      log: { info: (...line) => room.logged.push(line), error: (...line) => room.logged.push(line) },
    });
    room.backups = createBackups({
      root: () => runner,
      plans: room.plans,
      log: { info: (...line) => room.logged.push(line) },
      rootFolder: room.root,
    });
    room.backups.connected(inventoryHost('h1'), { ...room.way, run: (...call) => room.way.run(...call) });
  });

  afterEach(async () => {
    room.backups.stop();
    await room.rig.close();
    rmSync(room.root, { recursive: true, force: true });
  });
}

/** Writes a file of the host and answers where it is. */
export function file(path: string, text: string, mode = 0o644): string {
  const whole = join(room.root, path);
  mkdirSync(dirname(whole), { recursive: true });
  writeFileSync(whole, text);
  chmodSync(whole, mode);
  return whole;
}

/** The text of a file of the host. */
export const textOf = (path: string) => readFileSync(join(room.root, path), 'utf8');

/** What a window that opens now sees of the host. */
export async function seen(): Promise<BackupHost | undefined> {
  const stream = room.backups.watch();
  const { value } = await stream.next();
  await stream.return();
  return value?.hosts[0];
}

/** The host's jobs, read now. */
export async function jobs(): Promise<readonly BackupJob[]> {
  await room.backups.refresh(['h1']);
  const host = await seen();
  expect(host?.problem).toBeUndefined();
  return host?.jobs ?? [];
}

/** The fix of a finding that a job must have. */
export async function fixOf(finding: FindingId, at = 0): Promise<FixRef> {
  const job = (await jobs())[at];
  expect(job?.findings.map(({ id }) => id)).toContain(finding);
  return { host: 'h1', job: job?.id ?? '', finding };
}

/** Applies a fix, and answers the id of its plan, which is done. */
export async function apply(ref: FixRef): Promise<string> {
  const { digest } = await room.backups.previewFix(ref);
  const { plan } = await room.backups.applyFix({ ...ref, digest });
  await becomes(room.plans, plan, 'done');
  return plan;
}

/** Undoes what is done, and answers why it was refused. */
export async function refusedUndo(plan: string): Promise<string> {
  room.plans.undo(plan);
  return vi.waitFor(async () => {
    const { problem } = await becomes(room.plans, plan, 'done');
    return problem?.message ?? expect.fail('no reason');
  }, patience);
}
