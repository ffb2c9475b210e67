import { spawn } from 'node:child_process';
import type { ChannelOf } from '../../../shared/contract/channels.ts';
import { messageOf, type Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { IncidentMessage } from '../message.ts';
import { fill } from '../template.ts';
import { incidentValues } from '../values.ts';
import type { Outcome, Sender } from './sender.ts';

/** EX_TEMPFAIL of sysexits(3): the only status that asks to be tried again. */
const tryAgainStatus = 75;
const keptOutput = 8192;
/** What a program of this machine needs to find itself; nothing else of Hum's environment is handed on. */
const handedOn = ['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SystemRoot', 'USERPROFILE', 'APPDATA', 'TEMP'];

/**
 * A program on this machine for each incident. No shell reads the arguments, an array; the incident comes on stdin as JSON, and its main values
 * as HUM_… in the environment, which cannot be taken for an option.
 */
export function createCommand(channel: ChannelOf<'command'>): Sender {
  // An argument holds no NUL: values have their control characters made visible, and the schema refuses them in templates.
  const argsOf = (message: IncidentMessage) => channel.args.map((arg) => fill(arg, incidentValues(message)));
  return {
    batch: 1,
    lanes: 2,
    takes: (message) => message.kind === 'incident',
    show: ([message]) =>
      message?.kind === 'incident' ? `${JSON.stringify([channel.program, ...argsOf(message)], null, 1)}\n\nstdin: ${stdinOf(message)}` : '',
    send: ([message], _, signal) =>
      message?.kind === 'incident' ? run(channel, argsOf(message), message, signal) : Promise.resolve({ kind: 'done', answer: null }),
    close: () => undefined,
  };
}

function stdinOf({ change, test }: IncidentMessage): string {
  return `${JSON.stringify({ ...change, test })}\n`;
}

function environmentOf(message: IncidentMessage): NodeJS.ProcessEnv {
  const values = incidentValues(message);
  const named = (['status', 'event', 'host', 'part', 'rule', 'severity', 'state', 'what', 'since', 'value', 'level'] as const).map(
    (name) => [`HUM_${name.toUpperCase()}`, String(values[name] ?? '')],
  );
  return {
    ...Object.fromEntries(handedOn.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))),
    ...Object.fromEntries(named),
  };
}

function run(
  { program, timeoutMs }: ChannelOf<'command'>,
  args: readonly string[],
  message: IncidentMessage,
  signal: AbortSignal,
): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const name = visibleText(program, 300);
  const retry = (text: string, hint: string, detail?: string): Outcome => ({
    kind: 'retry',
    answer: null,
    problem: { code: 'delivery-failed', message: text, hint, ...(detail === undefined ? {} : { detail: visibleText(detail) }) },
  });
  let child: ReturnType<typeof spawn>;
  try {
    // A group of its own, so that what it has started ends with it.
    child = spawn(program, [...args], { shell: false, detached: process.platform !== 'win32', env: environmentOf(message), stdio: 'pipe' });
  } catch (error) {
    return Promise.resolve(retry(`${name} could not be started.`, 'Check the path of the program.', messageOf(error)));
  }
  let output = '';
  let late = false;
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  };
  const timer = setTimeout(() => {
    late = true;
    end();
  }, timeoutMs);
  signal.addEventListener('abort', end);
  const settle = (outcome: Outcome) => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    resolve(outcome);
  };
  const take = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-keptOutput);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  // A program need not read what it is told.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(stdinOf(message));
  child.on('error', (error) => settle(retry(`${name} could not be started.`, 'Check that it is there and may be run.', messageOf(error))));
  child.on('close', (code, killedBy) => {
    const answer = `${code === null ? `ended by ${killedBy}` : `exit ${code}`}\n\n${shown(output)}`.trim();
    if (late)
      return settle({ ...retry(`${name} did not end within ${timeoutMs / 1000} s, and was ended.`, 'Hum tries again.', output), answer });
    if (code === 0) return settle({ kind: 'done', answer });
    const problem: Problem = {
      code: code === tryAgainStatus ? 'delivery-failed' : 'delivery-refused',
      message: `${name} ${code === null ? `was ended by ${killedBy}` : `exited with ${code}`}.`,
      hint: code === tryAgainStatus ? 'It asked to be tried again.' : 'Its words say why. Exit 75 asks Hum to try again.',
      detail: visibleText(output.trim(), 1000),
    };
    settle({ kind: problem.code === 'delivery-failed' ? 'retry' : 'refused', answer, problem });
  });
  return promise;
}

const shown = (text: string) =>
  text
    .split('\n')
    .map((line) => visibleText(line))
    .join('\n');
