import { memo, type ReactNode } from 'react';
import type { HostState } from '../../shared/contract/fleet.ts';
import { stateLooks } from './host-states.ts';
import classes from './StateMark.module.css';

/** Each state has its own outline: it is told apart without its colour and at 14 px. */
const shapes: Readonly<Record<HostState, ReactNode>> = {
  online: <circle cx="7" cy="7" r="3.5" fill="currentColor" stroke="none" />,
  connecting: <circle cx="7" cy="7" r="4.5" strokeDasharray="2.4 2.3" />,
  stale: <path d="M7 2.5a4.5 4.5 0 1 0 4.5 4.5M7 4.4V7l1.8 1.4" />,
  unreachable: <path d="m3.2 3.2 7.6 7.6m0-7.6-7.6 7.6" strokeWidth="2" />,
  'auth-failed': (
    <>
      <rect x="2.8" y="6" width="8.4" height="5.7" rx="1" fill="currentColor" />
      <path d="M4.6 6V4.4a2.4 2.4 0 0 1 4.8 0V6" />
    </>
  ),
  'host-key-unknown': (
    <>
      <circle cx="4.4" cy="7" r="2.4" />
      <path d="M6.8 7h5.4v2.4M9.9 7v1.8" />
    </>
  ),
  'host-key-changed': (
    <>
      <path d="M7 1.9 12.6 12H1.4Z" fill="currentColor" strokeLinejoin="round" />
      <path d="M7 5.4v3.2m0 1.4v.6" stroke="var(--hum-ground)" />
    </>
  ),
  disabled: <path d="M3.5 7h7" strokeWidth="2" />,
};

/** The shape of a host's state, without its word. */
export function StateIcon({ state, size = 14 }: { readonly state: HostState; readonly size?: number }): ReactNode {
  return (
    <svg className={classes.icon} data-tone={stateLooks[state].tone} viewBox="0 0 14 14" width={size} height={size} aria-hidden="true">
      {shapes[state]}
    </svg>
  );
}

/** The state of a host as a shape and a word: never a colour alone. */
export const StateMark = memo(function StateMark({ state }: { readonly state: HostState }): ReactNode {
  const { word, tone } = stateLooks[state];
  return (
    <span className={classes.mark} data-tone={tone}>
      <StateIcon state={state} />
      {word}
    </span>
  );
});
