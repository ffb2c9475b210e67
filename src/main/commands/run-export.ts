import { type CommandGroup, groupResults } from '../../shared/command-groups.ts';
import { outcomeWords } from '../../shared/command-words.ts';
import type { HostResult, RunView } from '../../shared/contract/commands.ts';
import { foldNames } from '../../shared/fold-names.ts';
import { visibleText } from '../../shared/visible-text.ts';
import type { RunRecord } from './journal.ts';

const rule = '-'.repeat(15);

/** The run for people, as `clush -b` would print it. What would act in a terminal is made visible. `outputOf` gives a text by its name. */
export function runAsText({ run, results }: RunRecord, outputOf: (name: string) => string): string {
  const { groups, silent, skipped, running, waiting } = groupResults(results);
  const values = Object.entries(run.values).map(([name, value]) => `${name} = ${value}`);
  const heads = [
    `${run.hosts} hosts: ${run.where}`,
    `${new Date(run.createdAt).toISOString()} by ${run.by}, ${run.as === 'root' ? 'as root' : 'as the login user'}: ${run.state}`,
    ...[run.text, ...values].flatMap((text) => text.split('\n')),
  ];
  const lines = [
    ...heads.map((line) => `# ${shown(line)}`),
    ...groups.flatMap((group) => [rule, groupHead(group), rule, ...outputLines(group, outputOf)]),
    ...silent.flatMap(({ name, problem }) => [rule, `${shown(name)}: ${shown(problem?.message ?? 'Hum ended while it ran.')}`]),
    ...rest('never begun', skipped),
    ...rest('still running', running),
    ...rest('waiting', waiting),
  ];
  return `${lines.join('\n')}\n`;
}

function rest(words: string, results: readonly HostResult[]): readonly string[] {
  return results.length === 0 ? [] : [rule, `${shown(foldNames(results.map(({ name }) => name)))}: ${words}`];
}

function groupHead({ hosts }: CommandGroup): string {
  return `${shown(foldNames(hosts.map(({ name }) => name)))} (${hosts.length}): ${outcomeWords(hosts[0])}`;
}

function outputLines({ hosts }: CommandGroup, outputOf: (name: string) => string): readonly string[] {
  const [{ output }] = hosts;
  if (output === null) return [];
  return outputOf(output).replace(/\n$/, '').split('\n').map(shown);
}

/** Tabs stay. */
function shown(line: string): string {
  return line
    .split('\t')
    .map((part) => visibleText(part, Number.POSITIVE_INFINITY))
    .join('\t');
}

/** The run as JSON: its groups, each with its output once and its hosts, then the hosts that are in none. */
export function runAsJson({ run, results }: RunRecord, outputOf: (name: string) => string): string {
  const { groups, silent, skipped, running, waiting } = groupResults(results);
  const told = {
    ...(run satisfies RunView),
    groups: groups.map(({ hosts }) => ({
      state: hosts[0].state,
      code: hosts[0].code,
      signal: hosts[0].signal,
      output: hosts[0].output === null ? '' : outputOf(hosts[0].output),
      results: hosts.map(({ host, name, startedAt, tookMs, bytes, cutBytes, problem }) => ({
        host,
        name,
        startedAt,
        tookMs,
        bytes,
        cutBytes,
        ...(problem === undefined ? {} : { problem }),
      })),
    })),
    others: [...silent, ...skipped, ...running, ...waiting].map(({ host, name, state, problem }) => ({
      host,
      name,
      state,
      ...(problem === undefined ? {} : { problem }),
    })),
  };
  return `${JSON.stringify(told, null, 2)}\n`;
}
