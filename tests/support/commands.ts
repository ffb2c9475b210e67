import { vi } from 'vitest';
import { type Commands, type CommandsDeps, openCommands } from '../../src/main/commands/commands.ts';
import type { Runner } from '../../src/main/ssh/session.ts';
import type { CommandDraft, HostResult, RunView } from '../../src/shared/contract/commands.ts';
import { HumError } from '../../src/shared/errors.ts';
import { patience } from './patience.ts';

/** Opens the commands of a console whose hosts are these sessions, by their ids; a host without one is not connected. */
export function commandsOn(
  dataDir: string,
  sessions: Readonly<Record<string, Runner | undefined>>,
  deps: Partial<CommandsDeps> = {},
): Commands {
  return openCommands({
    dataDir,
    runner: (host) => {
      const runner = sessions[host];
      if (runner === undefined) throw new HumError({ code: 'connection-lost', message: 'Not connected.', hint: '', host });
      return runner;
    },
    hostName: (host) => (Object.hasOwn(sessions, host) ? `name-of-${host}` : undefined),
    by: 'tester',
    log: { info: () => undefined },
    ...deps,
  });
}

/** A command with nothing special about it but `change`. */
export function draft(text: string, hosts: readonly string[], change: Partial<CommandDraft> = {}): CommandDraft {
  return { text, values: {}, hosts: [...hosts], where: 'these', as: 'login', timeLimitMs: 60_000, atOnce: 32, canary: 0, ...change };
}

export interface SeenRun {
  readonly run: RunView;
  /** By host. */
  readonly results: Readonly<Record<string, HostResult>>;
}

/** The run as a window that opens now sees it. */
export async function seen(commands: Commands, id: string): Promise<SeenRun> {
  const stream = commands.watch(id);
  const { value } = await stream.next();
  await stream.return();
  if (!value) throw new Error('no snapshot');
  return { run: value.run, results: Object.fromEntries(value.results.map((result) => [result.host, result])) };
}

/** Waits until the run is as wanted. */
export function comesTo(commands: Commands, id: string, wanted: (run: SeenRun) => boolean): Promise<SeenRun> {
  return vi.waitFor(async () => {
    const now = await seen(commands, id);
    if (!wanted(now)) throw new Error(`still ${JSON.stringify(now)}`);
    return now;
  }, patience);
}

/** Waits for its end, by the stream alone, and answers what that told. */
export async function ended(commands: Commands, id: string): Promise<SeenRun> {
  const results: Record<string, HostResult> = {};
  let run: RunView | undefined;
  for await (const event of commands.watch(id)) {
    run = event.run;
    for (const result of event.results) results[result.host] = result;
  }
  if (run === undefined) throw new Error('no run');
  return { run, results };
}

/** What a host printed. */
export function printed(commands: Commands, { run, results }: SeenRun, host: string): string {
  const name = results[host]?.output ?? null;
  return name === null ? '' : commands.output(run.id, name).text;
}
