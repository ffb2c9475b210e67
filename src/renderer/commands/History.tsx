import { Button, Menu } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { RunView } from '../../shared/contract/commands.ts';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { clockDate } from '../components/clock-time.ts';
import classes from './commands.module.css';
import type { Composer } from './draft.ts';
import { firstLine } from './run-words.ts';

/** The commands that ran last, each once, to be taken up again. */
export function History({ onTake }: { readonly onTake: (taken: Pick<Composer, 'text' | 'values'>) => void }): ReactNode {
  const [runs, setRuns] = useState<readonly RunView[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async () => {
    try {
      const page = await client.commands.journal({ text: '', before: null });
      setRuns(
        [...new Map(page.runs.toReversed().map((run) => [run.text, run])).values()].sort((left, right) => right.createdAt - left.createdAt),
      );
      setProblem(null);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  return (
    <Menu position="bottom-end" onOpen={() => void ask()} width={480}>
      <Menu.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconHistory size={14} />}>
          History
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={classes.menu ?? ''} aria-label="Commands that ran">
        {problem === null ? null : <ProblemText problem={problem} />}
        {runs?.length === 0 ? <Menu.Label>Nothing has been run yet.</Menu.Label> : null}
        {runs?.map(({ id, text, values, createdAt }) => (
          <Menu.Item key={id} onClick={() => onTake({ text, values })}>
            <span className={classes.menuLine}>
              <span className="hum-mono">{firstLine(text)}</span>
              <time className={classes.about}>{clockDate(createdAt)}</time>
            </span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
