import { ActionIcon, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Found, Screen } from './screen.ts';
import classes from './terminals.module.css';

interface SearchFieldProps {
  readonly screen: Screen;
  /** What it looks for from the beginning. */
  readonly first: string;
  readonly onClose: () => void;
}

/** Looks for a text in what stands in the terminal: Enter goes up to older text, Shift-Enter down, Escape back to the terminal. */
export function SearchField({ screen, first, onClose }: SearchFieldProps): ReactNode {
  const [text, setText] = useState(first);
  const [missing, setMissing] = useState(false);
  const [found, setFound] = useState<Found | null>(null);
  useEffect(() => screen.onFound(setFound), [screen]);
  useEffect(() => {
    if (first !== '') setMissing(!screen.find(first, true));
    return () => screen.endFind();
  }, [screen, first]);
  const find = (wanted: string, backwards: boolean) => setMissing(wanted !== '' && !screen.find(wanted, backwards));
  return (
    <search className={classes.search}>
      <TextInput
        size="xs"
        aria-label="Find in the terminal"
        placeholder="Find"
        value={text}
        data-autofocus
        autoFocus
        error={missing ? 'Nothing found' : null}
        rightSection={text === '' || missing || found === null ? null : <output className={classes.found}>{foundWords(found)}</output>}
        rightSectionWidth={96}
        onChange={(event) => {
          setText(event.currentTarget.value);
          find(event.currentTarget.value, true);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
          else if (event.key === 'Enter') find(text, !event.shiftKey);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <ActionIcon variant="subtle" color="gray" size={28} aria-label="Older" onClick={() => find(text, true)}>
        <IconArrowUp size={16} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" size={28} aria-label="Newer" onClick={() => find(text, false)}>
        <IconArrowDown size={16} />
      </ActionIcon>
      <ActionIcon variant="subtle" color="gray" size={28} aria-label="Close the search" onClick={onClose}>
        <IconX size={16} />
      </ActionIcon>
    </search>
  );
}

function foundWords({ at, count }: Found): string {
  return at === null ? `more than ${count.toLocaleString('en')}` : `${at.toLocaleString('en')} of ${count.toLocaleString('en')}`;
}
