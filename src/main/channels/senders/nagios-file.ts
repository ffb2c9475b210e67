import type { ChannelOf } from '../../../shared/contract/channels.ts';
import { type Problem, problemOf } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import type { Runner } from '../../ssh/session.ts';
import type { Message } from '../message.ts';
import commandScript from './nagios-command.sh?raw';
import { type CheckResult, checkResults } from './nagios-results.ts';
import type { Sender } from './sender.ts';

export interface NagiosFileDeps {
  /** @throws HumError when there is no connection */
  readonly runner: (host: string, as: 'login' | 'root') => Runner;
  readonly hostName: (host: string) => string;
}

const writeMs = 20_000;

/** Passive results through the external command file of a Nagios, over the SSH session of its host. */
export function createNagiosFile(channel: ChannelOf<'nagios-file'>, { runner, hostName }: NagiosFileDeps): Sender {
  const linesOf = (messages: readonly Message[]) => messages.flatMap((message) => checkResults(channel, message).map(commandLine));
  const place = () => visibleText(hostName(channel.nagiosHost), 100);
  return {
    batch: 100,
    lanes: 1,
    takes: (message) => linesOf([message]).length > 0,
    show: (messages) => `${place()}:${channel.path}\n\n${linesOf(messages).join('\n')}`,
    async send(messages, _, signal) {
      const lines = linesOf(messages);
      if (lines.length === 0) return { kind: 'done', answer: null };
      try {
        const { code, stdout } = await runner(channel.nagiosHost, channel.as).run(commandScript, [channel.path], {
          stdin: `${lines.join('\n')}\n`,
          timeoutMs: writeMs,
          signal,
          maxBytes: 65_536,
        });
        const said = stdout.toString('utf8').trim();
        if (code === 0) return { kind: 'done', answer: `${lines.length} ${lines.length === 1 ? 'line' : 'lines'} written` };
        return { kind: 'retry', answer: null, problem: whyNot(said, place(), channel) };
      } catch (error) {
        return { kind: 'retry', answer: null, problem: problemOf(error) };
      }
    },
    close: () => undefined,
  };
}

/** `[time] PROCESS_SERVICE_CHECK_RESULT;host;service;state;output` (Nagios Core: "External Commands"). */
export function commandLine({ host, service, state, output, at }: CheckResult): string {
  const [command, subject] =
    service === null ? ['PROCESS_HOST_CHECK_RESULT', host] : ['PROCESS_SERVICE_CHECK_RESULT', `${host};${service}`];
  return `[${Math.floor(at / 1000)}] ${command};${subject};${state};${output}`;
}

function whyNot(said: string, place: string, { path, nagiosHost, as }: ChannelOf<'nagios-file'>): Problem {
  const file = visibleText(path, 300);
  const problem = (message: string, hint: string): Problem => ({ code: 'delivery-failed', message, hint, host: nagiosHost });
  const running =
    'Check that Nagios runs there and that check_external_commands=1 and command_file are set in its nagios.cfg. Hum tries again.';
  if (said === 'missing') return problem(`${file} is not there on ${place}.`, running);
  if (said === 'no-pipe')
    return problem(`${file} on ${place} is no command file: it is no named pipe.`, 'Look for command_file in nagios.cfg on that host.');
  if (said === 'nobody-reads') return problem(`Nobody reads ${file} on ${place}.`, running);
  if (said === 'no-timeout')
    return problem(`${place} has no program “timeout”.`, 'It comes with GNU coreutils and with busybox; install either.');
  return problem(
    `The account may not write to ${file} on ${place}.`,
    as === 'login'
      ? 'Make it a member of the group that Nagios reads commands of (www-data on Debian), or choose “as root”.'
      : 'Look at its rights on that host.',
  );
}
