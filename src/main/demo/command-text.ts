import { homeOf, hostCommand } from './host-commands.ts';
import type { SimulatedHost } from './simulated-host.ts';
import type { Answer } from './xen/answer.ts';

/** What is set before the text: `hum_name='…'`, as main/commands/command-script.ts writes it, where the value is of one line. */
const setting = /^(hum_\w+)='([^'\n]*)'$/;

/** A command on many hosts as it would run on a simulated one, which reads a line at a time and knows no more of the shell. */
export function runText(host: SimulatedHost, text: string): Answer {
  const variables = new Map<string, string>();
  const state = { host, pty: { columns: 80, rows: 24 }, directory: homeOf(host), status: 0 };
  let [stdout, afterMs] = ['', 0];
  for (const line of text.split('\n')) {
    const [whole, name = '', value = ''] = setting.exec(line) ?? [];
    if (whole !== undefined) {
      variables.set(name, value);
      continue;
    }
    if (/^\s*(?:#|$)/.test(line)) continue;
    const filled = line.replace(/['"]*\$\{(hum_\w+)\}['"]*/g, (_, variable: string) => variables.get(variable) ?? '');
    const answer = hostCommand(filled, state);
    state.status = answer.code;
    // There is no terminal that colours would be for.
    stdout += answer.text.replaceAll(/\p{Cc}\[[\d;]*[A-Za-z]/gu, '');
    afterMs += answer.afterMs;
    if (answer.exit === true) break;
  }
  return { stdout, stderr: '', code: state.status, afterMs };
}
