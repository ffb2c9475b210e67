import { memo, type ReactNode } from 'react';
import type { DomainState } from '../../shared/contract/xen.ts';
import classes from '../components/StateMark.module.css';
import { domainStateLooks } from './domain-states.ts';

/** Each state has its own outline: it is told apart without its colour and at 14 px. */
const shapes: Readonly<Record<DomainState, ReactNode>> = {
  running: <path d="M4.5 3v8l6.5-4Z" fill="currentColor" strokeLinejoin="round" />,
  idle: <circle cx="7" cy="7" r="3.5" fill="currentColor" stroke="none" />,
  paused: <path d="M5 3.5v7m4-7v7" strokeWidth="2.2" />,
  'shut-down': <rect x="3.6" y="3.6" width="6.8" height="6.8" />,
  crashed: <path d="m3.2 3.2 7.6 7.6m0-7.6-7.6 7.6" strokeWidth="2" />,
  dying: <circle cx="7" cy="7" r="4.5" strokeDasharray="2.4 2.3" />,
  off: <path d="M3.5 7h7" strokeWidth="2" />,
};

/** The shape of a domain's state, without its word. */
export function DomainStateIcon({ state, size = 14 }: { readonly state: DomainState; readonly size?: number }): ReactNode {
  return (
    <svg
      className={classes.icon}
      data-tone={domainStateLooks[state].tone}
      viewBox="0 0 14 14"
      width={size}
      height={size}
      aria-hidden="true"
    >
      {shapes[state]}
    </svg>
  );
}

/** The state of a domain as a shape and a word: never a colour alone. */
export const DomainStateMark = memo(function DomainStateMark({ state }: { readonly state: DomainState }): ReactNode {
  const { word, tone } = domainStateLooks[state];
  return (
    <span className={classes.mark} data-tone={tone}>
      <DomainStateIcon state={state} />
      {word}
    </span>
  );
});
