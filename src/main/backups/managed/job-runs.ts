import { randomUUID } from 'node:crypto';
import type { JobDefinition, JobRunView } from '../../../shared/contract/backup-jobs.ts';
import { HumError, problemOf } from '../../../shared/errors.ts';
import type { Runner } from '../../ssh/session.ts';
import { abortable, Bell, pause } from '../../stream.ts';
import { runAsUser } from './host-scripts.ts';
import { jobScript } from './job-script.ts';
import { readProgress } from './progress.ts';
import stateScript from './scripts/state.sh?raw';
import stopScript from './scripts/stop.sh?raw';

/** Runs that ended and are still shown. */
const endedKept = 50;
const mostRuns = 16;
const outputKept = 16 * 1024;

/** Runs of jobs that a person started, and how they go. They go on on the host whatever becomes of Hum. */
export interface JobRuns {
  /** @throws HumError `conflict` when too many are under way */
  begin(host: string, definition: JobDefinition): { readonly id: string };
  /** @throws HumError `not-found` */
  watch(id: string, signal?: AbortSignal): AsyncGenerator<JobRunView, void, void>;
  /** @throws HumError `not-found`, `conflict` when it has ended, and what stood in the way of stopping it */
  stopRun(id: string): Promise<void>;
  /** Ends those who watch. Nothing is sent to a host, where it would end the run. */
  stop(): void;
}

interface LiveRun {
  view: JobRunView;
  readonly user: string;
  readonly bell: Bell;
}

/** `root`: what runs scripts as root on a host. */
export function createJobRuns(root: (host: string) => Pick<Runner, 'run'>, now: () => number = Date.now): JobRuns {
  const runs = new Map<string, LiveRun>();
  const stopping = new AbortController();

  function change(run: LiveRun, part: Partial<JobRunView>): void {
    run.view = { ...run.view, ...part };
    run.bell.ring();
  }

  function found(id: string): LiveRun {
    const run = runs.get(id);
    if (run === undefined)
      throw new HumError({
        code: 'not-found',
        message: 'This run is not known any more.',
        hint: 'How it ended stands in the status and the log of the job.',
      });
    return run;
  }

  async function follow(run: LiveRun, definition: JobDefinition): Promise<void> {
    const { host, name } = run.view;
    let rest = '';
    const take = (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split(/[\r\n]+/);
      rest = (lines.pop() ?? '').slice(-4096);
      let { progress, output } = run.view;
      for (const line of lines) {
        const read = readProgress(line);
        if (read !== undefined) progress = read;
        else if (line !== '') output = `${output}${line}\n`;
      }
      change(run, { progress, output: output.slice(-outputKept) });
    };
    try {
      const there = root(host);
      const made = await there.run(stateScript, ['make', name, definition.user], { timeoutMs: 60_000 });
      if (made.code !== 0) throw noFolder(made.stderr.toString());
      const options = { timeoutMs: Number.POSITIVE_INFINITY, maxBytes: Number.POSITIVE_INFINITY, onStdout: take };
      const { code, stderr } = await runAsUser(there, definition.user, jobScript(definition), ['hum'], options);
      take(Buffer.from('\n'));
      const said = stderr.toString().slice(-4096);
      change(run, { state: 'ended', endedAt: now(), exit: code, output: (run.view.output + said).slice(-outputKept) });
    } catch (error) {
      change(run, { state: 'ended', endedAt: now(), problem: goesOn(problemOf(error)) });
    }
    const over = [...runs.values()].filter(({ view }) => view.state === 'ended');
    for (const { view } of over.slice(0, Math.max(0, over.length - endedKept))) runs.delete(view.id);
  }

  return {
    begin(host, definition) {
      if ([...runs.values()].filter(({ view }) => view.state !== 'ended').length >= mostRuns) {
        throw new HumError({
          code: 'conflict',
          message: `${mostRuns} runs are under way already.`,
          hint: 'Wait for one of them, or stop one.',
        });
      }
      const id = randomUUID();
      const view: JobRunView = {
        id,
        host,
        name: definition.name,
        state: 'running',
        startedAt: now(),
        endedAt: null,
        progress: null,
        output: '',
        exit: null,
      };
      const run = { view, user: definition.user, bell: new Bell() };
      runs.set(id, run);
      void follow(run, definition);
      return { id };
    },
    watch(id, signal) {
      return abortable([signal, stopping.signal], async function* (aborted) {
        const run = found(id);
        while (!aborted.aborted) {
          const { view } = run;
          yield view;
          if (view.state === 'ended') return;
          await pause(250, aborted);
          if (run.view === view) await run.bell.wait(aborted);
        }
      });
    },
    async stopRun(id) {
      const run = found(id);
      const { host, name, state } = run.view;
      if (state !== 'running')
        throw new HumError({ code: 'conflict', message: 'This run is not under way any more.', hint: 'Look at how it ended.' });
      change(run, { state: 'stopping' });
      try {
        const { code, stderr } = await runAsUser(root(host), run.user, stopScript, [name], { timeoutMs: 30_000 });
        if (code !== 0) throw notStopped(stderr.toString());
      } catch (error) {
        if (found(id).view.state === 'stopping') change(run, { state: 'running' });
        throw error;
      }
    },
    stop: () => stopping.abort(),
  };
}

function goesOn(problem: JobRunView['problem'] & object): JobRunView['problem'] & object {
  if (problem.code !== 'connection-lost' && problem.code !== 'cancelled') return problem;
  return { ...problem, hint: 'The run goes on on the host; its status and log will tell how it ended.' };
}

function noFolder(said: string): HumError {
  return new HumError({
    code: 'command-failed',
    message: 'The folder of the job in /var/lib/hum/jobs could not be made.',
    hint: 'What the host said is below.',
    ...(said === '' ? {} : { detail: said.slice(-4096) }),
  });
}

function notStopped(said: string): HumError {
  return new HumError({
    code: 'wrong-state',
    message: 'The host knows of no run of this job now.',
    hint: 'It may have ended this moment, or not begun yet: look at it again.',
    ...(said === '' ? {} : { detail: said.slice(-4096) }),
  });
}
