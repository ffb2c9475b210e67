import { TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import type { Confirmation } from '../../shared/xen-actions.ts';
import classes from './action.module.css';

interface ConfirmProps {
  readonly confirmation: Exclude<Confirmation, { readonly kind: 'none' }>;
  readonly typed: string;
  readonly onType: (typed: string) => void;
  /** "web01" or "3 VMs". */
  readonly which: string;
  readonly verb: string;
}

/** Asks to type the name of the domain, or how many they are. A name that cannot be typed as it is shown can be pasted. */
export function Confirm({ confirmation, typed, onType, which, verb }: ConfirmProps): ReactNode {
  const { kind, expected } = confirmation;
  const label =
    kind === 'name' ? (
      <>
        Type its name, <bdi className="hum-mono">{visibleText(expected, 200)}</bdi>, to {verb.toLowerCase()} it
      </>
    ) : (
      <>
        Type how many VMs there are, <span className="hum-mono">{expected}</span>, to {verb.toLowerCase()} {which}
      </>
    );
  return (
    <TextInput
      label={label}
      classNames={{ input: 'hum-mono', root: classes.confirm ?? '' }}
      value={typed}
      onChange={(event) => onType(event.currentTarget.value)}
      autoComplete="off"
      spellCheck={false}
      data-autofocus
    />
  );
}
