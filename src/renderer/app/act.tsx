import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import type { ReactNode } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './act.module.css';
import { problemFrom } from './problem.ts';

export interface Action<T> {
  /** What is being done, as it reads in "… did not work": "Removing 3 hosts". */
  readonly doing: string;
  readonly run: () => Promise<T>;
  /** What to say when it is done; a plain sentence. Null where the page itself shows it. */
  done(result: T): string | null;
  /** Offers to take it back, as a button beside what was done. */
  undo?(result: T): Action<unknown>;
}

/** Does something and makes its end seen: done, perhaps with "Undo", or what went wrong and what to do about it. Gives undefined when it failed. */
export async function act<T>(action: Action<T>): Promise<T | undefined> {
  let result: T;
  try {
    result = await action.run();
  } catch (error) {
    showProblem(problemFrom(error), action.doing);
    return undefined;
  }
  const message = action.done(result);
  if (message !== null) showDone(message, action.undo?.(result));
  return result;
}

/** Says that something was done, for a few seconds; with `undo`, offers to take it back. */
export function showDone(message: string, undo?: Action<unknown>): void {
  const id = notifications.show({
    message: undo ? <WithUndo message={message} onUndo={() => onUndo(undo)} /> : message,
    autoClose: undo ? 12_000 : 5_000,
    className: classes.done ?? '',
    withBorder: true,
  });
  const onUndo = (reverse: Action<unknown>) => {
    notifications.hide(id);
    void act(reverse);
  };
}

/** A problem as a notification that stays until it is closed. `doing` is its title. */
export function showProblem(problem: Problem, doing: string): void {
  notifications.show({
    title: `${doing} did not work`,
    message: <ProblemText problem={problem} />,
    autoClose: false,
    className: classes.failed ?? '',
    withBorder: true,
  });
}

/** A problem in words: what happened, what to do, and what the other side said. */
export function ProblemText({ problem }: { readonly problem: Problem }): ReactNode {
  return (
    <div className={classes.problem}>
      <div>{visibleText(problem.message)}</div>
      <div className={classes.hint}>{visibleText(problem.hint)}</div>
      {problem.detail ? <div className={classes.detail}>{visibleText(problem.detail)}</div> : null}
    </div>
  );
}

function WithUndo({ message, onUndo }: { readonly message: string; readonly onUndo: () => void }): ReactNode {
  return (
    <div className={classes.withUndo}>
      <span>{message}</span>
      <Button size="compact-sm" variant="default" onClick={onUndo}>
        Undo
      </Button>
    </div>
  );
}
