import { useEffect, useRef, useState } from 'react';
import type { DryItem, DrySummary, JobCheck, JobDefinition, TestEvent } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { client } from '../../app/client.ts';
import { problemFrom } from '../../app/problem.ts';
import { deletionWarning } from './dry-words.ts';

/** A test as far as it has come. */
export interface JobTest {
  readonly state: 'running' | 'ended';
  /** What was tested, as text: a form that says something else has not been. */
  readonly of: string;
  readonly checks: readonly JobCheck[];
  readonly items: readonly DryItem[];
  readonly summary: DrySummary | null;
  readonly problem: Problem | null;
}

export function applyTestEvent(test: JobTest, event: TestEvent): JobTest {
  switch (event.kind) {
    case 'check':
      return { ...test, checks: [...test.checks, event.check] };
    case 'dry':
      return { ...test, items: [...test.items, ...event.items] };
    case 'end':
      return { ...test, state: 'ended', summary: event.summary, problem: event.problem ?? null };
  }
}

/** Whether everything that was looked at is as it should be. */
export function hasPassed(test: JobTest): boolean {
  return test.state === 'ended' && test.problem === null && test.summary !== null && test.checks.every(({ state }) => state !== 'failed');
}

/** What names a test: the job and the host that it was about. */
export function testName(host: string, definition: JobDefinition): string {
  return JSON.stringify([host, definition]);
}

/** How far a job as it stands in the form can be trusted, in a sentence. */
export function trustWords(test: JobTest | null, host: string | undefined, definition: JobDefinition | null): string {
  if (test === null || host === undefined || definition === null || test.of !== testName(host, definition))
    return 'Not tested as it is now.';
  if (test.state === 'running') return 'The test is under way.';
  if (!hasPassed(test)) return 'The test did not pass.';
  return test.summary !== null && deletionWarning(test.summary) !== null ? 'Tested: it would delete much.' : 'Tested.';
}

/** Tests jobs, one at a time; a test that is left is stopped. */
export function useJobTest(): { readonly test: JobTest | null; begin(host: string, definition: JobDefinition): void; stop(): void } {
  const [test, setTest] = useState<JobTest | null>(null);
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);

  const follow = async (host: string, definition: JobDefinition, { signal }: AbortController) => {
    const change = (next: (before: JobTest) => JobTest) => {
      if (!signal.aborted) setTest((before) => (before === null ? before : next(before)));
    };
    try {
      for await (const event of await client.backupJobs.test({ host, definition }, { signal }))
        change((before) => applyTestEvent(before, event));
    } catch (error) {
      change((before) => ({ ...before, state: 'ended', problem: problemFrom(error) }));
    }
  };

  return {
    test,
    begin(host, definition) {
      running.current?.abort();
      const stopping = new AbortController();
      running.current = stopping;
      setTest({ state: 'running', of: testName(host, definition), checks: [], items: [], summary: null, problem: null });
      void follow(host, definition, stopping);
    },
    stop() {
      running.current?.abort();
      setTest(null);
    },
  };
}
