import { ActionIcon, Button, Popover, TextInput } from '@mantine/core';
import { IconBookmark, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { Snippet } from '../../shared/contract/commands.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { removeSnippet, saveSnippet } from './actions.ts';
import classes from './commands.module.css';
import { firstLine } from './run-words.ts';

interface SnippetsProps {
  /** What is being written. */
  readonly text: string;
  readonly onTake: (text: string) => void;
}

/** Commands that are kept under a name: to be taken, kept and removed. */
export function Snippets({ text, onTake }: SnippetsProps): ReactNode {
  const [opened, setOpened] = useState(false);
  const [all, setAll] = useState<readonly Snippet[] | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const ask = async () => {
    try {
      setAll(await client.commands.snippets());
      setProblem(null);
    } catch (error) {
      setProblem(problemFrom(error));
    }
  };
  return (
    <Popover position="bottom-end" width={480} trapFocus returnFocus opened={opened} onChange={setOpened} onOpen={() => void ask()}>
      <Popover.Target>
        <Button size="compact-sm" variant="default" leftSection={<IconBookmark size={14} />} onClick={() => setOpened(!opened)}>
          Snippets
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Snippets" className={classes.snippets ?? ''}>
        {problem === null ? null : <ProblemText problem={problem} />}
        {all?.length === 0 ? <p className={classes.about}>No command is kept yet. Write one, and keep it here under a name.</p> : null}
        <ul className={classes.menu}>
          {all?.map((snippet) => (
            <li key={snippet.id} className={classes.snippet}>
              <button
                type="button"
                onClick={() => {
                  setOpened(false);
                  onTake(snippet.text);
                }}
              >
                <span>{visibleText(snippet.name, 80)}</span>
                <span className={`hum-mono ${classes.about}`}>{firstLine(snippet.text)}</span>
              </button>
              <ActionIcon
                variant="subtle"
                color="gray"
                size={28}
                aria-label={`Remove ${visibleText(snippet.name, 80)}`}
                onClick={() => void removeSnippet(snippet, setAll).then((left) => left && setAll(left))}
              >
                <IconX size={14} />
              </ActionIcon>
            </li>
          ))}
        </ul>
        {text.trim() === '' ? null : <Keep all={all ?? []} text={text} onKept={setAll} />}
      </Popover.Dropdown>
    </Popover>
  );
}

interface KeepProps {
  readonly all: readonly Snippet[];
  readonly text: string;
  readonly onKept: (all: readonly Snippet[]) => void;
}

/** One of the name that is there already is written anew. */
function Keep({ all, text, onKept }: KeepProps): ReactNode {
  const [name, setName] = useState('');
  const wanted = name.trim();
  const before = all.find((snippet) => snippet.name === wanted);
  const keep = async () => {
    if (wanted === '') return;
    const kept = await saveSnippet({ id: before?.id ?? crypto.randomUUID(), name: wanted, text });
    if (kept === undefined) return;
    onKept(kept);
    setName('');
  };
  return (
    <form
      className={classes.keep}
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <TextInput
        size="xs"
        aria-label="Name of the snippet"
        placeholder="Keep what is written as…"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Button type="submit" size="compact-sm" h={30} variant="default" disabled={wanted === ''}>
        {before === undefined ? 'Keep' : 'Replace'}
      </Button>
    </form>
  );
}
