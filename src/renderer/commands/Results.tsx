import { Button, SegmentedControl } from '@mantine/core';
import { IconTerminal2 } from '@tabler/icons-react';
import { type ReactNode, useId, useState } from 'react';
import type { CommandGroup, GroupedResults } from '../../shared/command-groups.ts';
import { outcomeWords } from '../../shared/command-words.ts';
import type { HostResult, RunView } from '../../shared/contract/commands.ts';
import { foldNames } from '../../shared/fold-names.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { CodeText } from '../components/CodeText.tsx';
import { DiffView } from '../components/DiffView.tsx';
import { hostCount } from '../components/host-count.ts';
import toolbar from '../components/Toolbar.module.css';
import { formatTook } from '../plans/plan-looks.ts';
import { mostAtOnce, openShells } from '../terminals/dock-store.ts';
import classes from './commands.module.css';
import { RunMark } from './RunMark.tsx';
import { tookRange } from './run-words.ts';
import { useOutput, useOutputSoFar } from './use-run.ts';

/** More are shown when they are asked for. */
const groupsAtFirst = 25;
const linesShown = 500;
const contextLines = 2;

/** What came of a run: failures, outliers and the largest group, then the hosts that are in none. */
export function Results({ run, grouped }: { readonly run: RunView; readonly grouped: GroupedResults }): ReactNode {
  const [most, setMost] = useState(groupsAtFirst);
  const { groups, largest, silent, skipped, running, waiting } = grouped;
  return (
    <div className={classes.results}>
      {silent.length === 0 ? null : <Silent run={run} results={silent} />}
      {groups.slice(0, most).map((group) => (
        <Group key={group.key} run={run} group={group} largest={largest} />
      ))}
      {groups.length > most ? (
        <Button variant="default" size="compact-sm" onClick={() => setMost(most + groupsAtFirst)}>
          Show {Math.min(groupsAtFirst, groups.length - most)} more of {groups.length - most} groups
        </Button>
      ) : null}
      <Rest results={running} words={(hosts) => `Running on ${hosts}:`} />
      {running.length === 0 ? null : <SoFar run={run} running={running} />}
      <Rest results={waiting} words={(hosts) => `Still to come, ${hosts}:`} />
      <Rest results={skipped} words={(hosts) => `Never begun on ${hosts}:`} />
    </div>
  );
}

function names(results: readonly HostResult[]): string {
  return visibleText(foldNames(results.map(({ name }) => name)), 2_000);
}

interface RestProps {
  readonly results: readonly HostResult[];
  /** What is said of them; `hosts` is how many they are. */
  readonly words: (hosts: string) => string;
}

function Rest({ results, words }: RestProps): ReactNode {
  if (results.length === 0) return null;
  return (
    <p className={classes.rest}>
      {words(hostCount(results.length))} <span className="hum-mono">{names(results)}</span>
    </p>
  );
}

/** Hosts of which nothing was heard, each by its name with why. */
function Silent({ run, results }: { readonly run: RunView; readonly results: readonly HostResult[] }): ReactNode {
  return (
    <section className={classes.group} aria-label="Hosts that did not answer">
      <div className={classes.groupHead}>
        <RunMark word="No answer" tone="bad" />
        <span>{hostCount(results.length)}</span>
      </div>
      <ul className={classes.silent}>
        {results.map(({ host, name, problem, output }) => (
          <li key={host}>
            <span className="hum-mono">{visibleText(name, 120)}</span>
            <div>
              {problem === undefined
                ? 'Hum ended while it ran, or was about to. It may have gone on there.'
                : visibleText(problem.message, 500)}
              {output === null ? null : <Before run={run} output={output} name={name} />}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What a host had printed before it was lost. */
function Before({ run, output, name }: { readonly run: RunView; readonly output: string; readonly name: string }): ReactNode {
  const { text, problem } = useOutput(run.id, output);
  if (problem !== null) return <ProblemText problem={problem} />;
  return text === undefined ? null : <CodeText text={text} label={`What ${visibleText(name, 120)} had printed`} most={linesShown} />;
}

/** So many hosts are offered to be looked at while it runs. */
const mostOffered = 24;

/** What one of the hosts where it runs has printed up to now. */
function SoFar({ run, running }: { readonly run: RunView; readonly running: readonly HostResult[] }): ReactNode {
  const [chosen, setChosen] = useState<string | null>(null);
  const looked = running.find(({ host }) => host === chosen);
  return (
    <div className={classes.soFar}>
      <div className={classes.offered}>
        <span className={classes.about}>Look at</span>
        {running.slice(0, mostOffered).map(({ host, name }) => (
          <button
            key={host}
            type="button"
            className={`hum-mono ${toolbar.button}`}
            aria-pressed={host === chosen}
            onClick={() => setChosen(host === chosen ? null : host)}
          >
            {visibleText(name, 60)}
          </button>
        ))}
      </div>
      {looked === undefined ? null : <LiveOutput key={looked.host} run={run} host={looked} />}
    </div>
  );
}

function LiveOutput({ run, host: { host, name } }: { readonly run: RunView; readonly host: HostResult }): ReactNode {
  const text = useOutputSoFar(run.id, host);
  if (text === '') return <p className={classes.about}>It has printed nothing yet.</p>;
  return <CodeText text={text} label={`What ${visibleText(name, 120)} has printed up to now`} most={linesShown} />;
}

interface GroupProps {
  readonly run: RunView;
  readonly group: CommandGroup;
  readonly largest: CommandGroup | undefined;
}

type View = 'output' | 'diff' | 'hosts';

function Group({ run, group, largest }: GroupProps): ReactNode {
  const { hosts, well } = group;
  const [first] = hosts;
  const compared = largest !== undefined && largest.key !== group.key && largest.hosts[0].output !== first.output ? largest : undefined;
  const [chosen, setChosen] = useState<View | null>(null);
  // One that ended like the most is told by what is different about it.
  const alike = compared !== undefined && outcomeWords(compared.hosts[0]) === outcomeWords(first);
  const view = chosen ?? (alike ? 'diff' : 'output');
  const heading = useId();
  const tone = well ? 'good' : first.state === 'exited' || first.state === 'killed' ? 'bad' : 'warn';
  const shown = names(hosts);
  return (
    <section className={classes.group} aria-labelledby={heading}>
      <div className={classes.groupHead}>
        <RunMark word={capital(outcomeWords(first))} tone={tone} />
        <h2 id={heading} className={`hum-mono ${classes.groupNames}`}>
          {shown}
        </h2>
        <span className={classes.about}>
          {hostCount(hosts.length)}
          {largest?.key === group.key && hosts.length > 1 ? ', the most' : ''} · {tookRange(hosts)}
        </span>
        <span className={classes.spacer} />
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconTerminal2 size={14} />}
          disabled={hosts.length > mostAtOnce}
          onClick={() => openShells(hosts.map(({ host }) => host))}
          aria-label={`Open a shell on ${shown}`}
        >
          {hosts.length === 1 ? 'Shell' : 'Shells'}
        </Button>
        <SegmentedControl
          size="xs"
          aria-label={`What is shown of ${shown}`}
          data={[
            { value: 'output', label: 'Output' },
            { value: 'diff', label: 'Diff', disabled: compared === undefined },
            { value: 'hosts', label: 'Hosts' },
          ]}
          value={view}
          onChange={(next) => setChosen(next as View)}
        />
      </div>
      {first.problem === undefined ? null : (
        <div className={classes.groupProblem}>
          <ProblemText problem={first.problem} />
        </div>
      )}
      {view === 'hosts' ? (
        <HostList hosts={hosts} />
      ) : view === 'diff' && compared !== undefined ? (
        <Difference run={run} group={group} largest={compared} shown={shown} />
      ) : (
        <Output run={run} group={group} shown={shown} />
      )}
    </section>
  );
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function Output({ run, group: { hosts }, shown }: Pick<GroupProps, 'run' | 'group'> & { readonly shown: string }): ReactNode {
  const [{ output, cutBytes, bytes }] = hosts;
  const { text, problem } = useOutput(run.id, output);
  if (problem !== null) return <ProblemText problem={problem} />;
  if (text === undefined) return <p className={classes.about}>Reading…</p>;
  if (text === '') return <p className={classes.about}>It printed nothing.</p>;
  return (
    <>
      <CodeText text={text} label={`What ${shown} printed`} most={linesShown} />
      {cutBytes > 0 ? (
        <p className={classes.about}>
          Of {formatBytes(bytes)} that it printed, {formatBytes(cutBytes)} were not kept.
        </p>
      ) : null}
    </>
  );
}

interface DifferenceProps {
  readonly run: RunView;
  readonly group: CommandGroup;
  readonly largest: CommandGroup;
  readonly shown: string;
}

function Difference({ run, group, largest, shown }: DifferenceProps): ReactNode {
  const before = useOutput(run.id, largest.hosts[0].output);
  const after = useOutput(run.id, group.hosts[0].output);
  const problem = before.problem ?? after.problem;
  if (problem !== null) return <ProblemText problem={problem} />;
  if (before.text === undefined || after.text === undefined) return <p className={classes.about}>Reading…</p>;
  return (
    <DiffView
      before={before.text}
      after={after.text}
      label={`What is different on ${shown} from ${hostCount(largest.hosts.length)}`}
      context={contextLines}
    />
  );
}

function HostList({ hosts }: { readonly hosts: readonly HostResult[] }): ReactNode {
  return (
    <ul className={classes.hostList}>
      {hosts.map(({ host, name, tookMs }) => (
        <li key={host} className="hum-mono">
          <span>{visibleText(name, 120)}</span>
          <span className={classes.about}>{tookMs === null ? '' : formatTook(tookMs)}</span>
        </li>
      ))}
    </ul>
  );
}
