import { Input } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useDeferredValue } from 'react';
import classes from './FilterField.module.css';
import type { Query } from './query.ts';
import { changeView, useView } from './view.ts';

interface FilterFieldProps {
  readonly query: Query;
  readonly field: RefObject<HTMLInputElement | null>;
  /** Enter and the arrow down go on to the table. */
  readonly onLeave: () => void;
}

/** The filter: text, and fields such as `tag:db mem>80 state:unreachable`. What it does not understand it says below, without moving anything. */
export function FilterField({ query, field, onLeave }: FilterFieldProps): ReactNode {
  const filter = useView((view) => view.filter);
  const error = useDeferredValue(query.errors[0]);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape' && filter !== '') changeView(() => ({ filter: '' }));
    else if (event.key === 'Escape' || event.key === 'Enter' || event.key === 'ArrowDown') onLeave();
    else return;
    event.preventDefault();
  };
  return (
    <div className={classes.field}>
      {/* Without `withAria={false}` Mantine writes over what the field says of itself to a screen reader. */}
      <Input
        ref={field}
        withAria={false}
        size="xs"
        value={filter}
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        placeholder="Filter: name, tag:db, mem>80, state:unreachable"
        aria-label="Filter hosts"
        aria-invalid={error !== undefined}
        aria-describedby="filter-error"
        classNames={{ input: classes.input ?? '' }}
        leftSection={<IconSearch size={14} />}
        rightSection={
          filter === '' ? (
            <kbd className="hum-key">/</kbd>
          ) : (
            <button
              type="button"
              className={classes.clear}
              aria-label="Clear the filter"
              onClick={() => changeView(() => ({ filter: '' }))}
            >
              <IconX size={14} />
            </button>
          )
        }
        onChange={(event) => changeView(() => ({ filter: event.currentTarget.value }))}
        onKeyDown={onKeyDown}
      />
      <div id="filter-error" role="status" className={classes.error} hidden={error === undefined}>
        {error ? (
          <>
            <span className="hum-mono">{filter.slice(error.at, error.at + error.length)}</span>: {error.message}
          </>
        ) : null}
      </div>
    </div>
  );
}
