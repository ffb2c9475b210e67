import { Input } from '@mantine/core';
import { IconSearch, IconX } from '@tabler/icons-react';
import { type KeyboardEvent, type ReactNode, type RefObject, useDeferredValue } from 'react';
import classes from './FilterField.module.css';
import type { QueryError } from './query-terms.ts';

interface FilterFieldProps {
  /** "Filter hosts". */
  readonly label: string;
  readonly placeholder: string;
  readonly filter: string;
  readonly onChange: (filter: string) => void;
  /** The first thing in it that means nothing. */
  readonly error: QueryError | undefined;
  readonly field: RefObject<HTMLInputElement | null>;
  /** Enter and the arrow down go on to the table. */
  readonly onLeave: () => void;
  /** Whether the page's “/” leads here. Default: true. */
  readonly hasKey?: boolean;
}

/** The filter of a table: text, and fields such as `tag:db mem>80`. What it does not understand it says below, without moving anything. */
export function FilterField({ label, placeholder, filter, onChange, error, field, onLeave, hasKey = true }: FilterFieldProps): ReactNode {
  const shownError = useDeferredValue(error);
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key === 'Escape' && filter !== '') onChange('');
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
        placeholder={placeholder}
        aria-label={label}
        aria-invalid={shownError !== undefined}
        aria-describedby="filter-error"
        classNames={{ input: classes.input ?? '' }}
        leftSection={<IconSearch size={14} />}
        rightSection={
          filter === '' ? (
            hasKey && <kbd className="hum-key">/</kbd>
          ) : (
            <button type="button" className={classes.clear} aria-label="Clear the filter" onClick={() => onChange('')}>
              <IconX size={14} />
            </button>
          )
        }
        onChange={(event) => onChange(event.currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id="filter-error" role="status" className={classes.error} hidden={shownError === undefined}>
        {shownError ? (
          <>
            <span className="hum-mono">{filter.slice(shownError.at, shownError.at + shownError.length)}</span>: {shownError.message}
          </>
        ) : null}
      </div>
    </div>
  );
}
