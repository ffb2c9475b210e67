import type { Browser } from '@playwright/test';

export interface Tasks {
  readonly longestMs: number;
  /** Of its own processor time, without waiting for a processor. */
  readonly longestCpuMs: number;
  readonly over50Ms: number;
  readonly busyMs: number;
}

interface TraceEvent {
  readonly name: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly name?: string };
}

const maxEvents = 5_000_000;

/** Chromium's own trace of the tasks on pages' main threads while `act` runs. Unlike `longtask` it sees those below 50 ms too. */
export async function recordTasks(browser: Browser, act: () => Promise<void>): Promise<Tasks> {
  const session = await browser.newBrowserCDPSession();
  const mainThreads = new Set<string>();
  const tasks: TraceEvent[] = [];
  session.on('Tracing.dataCollected', ({ value }) => {
    for (const event of value as unknown as readonly TraceEvent[]) {
      if (event.name === 'thread_name' && event.args?.name === 'CrRendererMain') mainThreads.add(`${event.pid}:${event.tid}`);
      if (event.ph === 'X' && event.name.endsWith('RunTask') && tasks.length < maxEvents) tasks.push(event);
    }
  });
  const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve));
  await session.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { recordMode: 'recordAsMuchAsPossible', includedCategories: ['toplevel', '__metadata'], excludedCategories: ['*'] },
  });
  await act();
  await session.send('Tracing.end');
  await complete;
  await session.detach();

  const own = tasks.filter((task) => mainThreads.has(`${task.pid}:${task.tid}`));
  if (own.length === 0) throw new Error('The trace has no tasks of the page: did Chromium rename them?');
  const durations = own.map((task) => (task.dur ?? 0) / 1000);
  return {
    longestMs: durations.reduce((most, ms) => Math.max(most, ms), 0),
    longestCpuMs: own.reduce((most, task) => Math.max(most, (task.tdur ?? 0) / 1000), 0),
    over50Ms: durations.filter((ms) => ms > 50).length,
    busyMs: durations.reduce((sum, ms) => sum + ms, 0),
  };
}
