import { ActionIcon, TextInput } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconX } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Screen } from './screen.ts';
import classes from './terminals.module.css';

/** Looks for a text in what stands in the terminal: Enter goes up to older text, Shift-Enter down, Escape back to the terminal. */
export function SearchField({ screen, onClose }: { readonly screen: Screen; readonly onClose: () => void }): ReactNode {
  const [text, setText] = useState('');
  const [missing, setMissing] = useState(false);
  useEffect(() => () => screen.endFind(), [screen]);
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
