import { Button } from '@mantine/core';
import { type ReactNode, useLayoutEffect, useRef, useState } from 'react';
import { consoleLines } from '../../shared/console-text.ts';
import { visibleText } from '../../shared/visible-text.ts';
import classes from './deployment.module.css';

interface PrintedConsoleProps {
  /** The title of the step whose output it is. */
  readonly step: string;
  /** Its end: the beginning may be cut off, and more of it with each line that comes. Hostile. */
  readonly text: string;
}

/** This near to the end, px, one stands at the end. */
const nearPx = 8;

/**
 * What a VM has printed to its console so far. It follows the end, as a terminal does. For whom has scrolled up it stands still, as lines that are
 * cut off above would move it, until they are at the end again.
 */
export function PrintedConsole({ step, text }: PrintedConsoleProps): ReactNode {
  const [held, setHeld] = useState<string | null>(null);
  const pane = useRef<HTMLPreElement>(null);
  const shown = held ?? text;
  // biome-ignore lint/correctness/useExhaustiveDependencies: with each text there is a new end
  useLayoutEffect(() => {
    if (held === null && pane.current) pane.current.scrollTop = pane.current.scrollHeight;
  }, [shown, held]);
  return (
    <section className={classes.printed} aria-label="Its console so far">
      <div className={classes.printedHead}>
        <h2>Console</h2>
        <span>{visibleText(step, 160)}</span>
        {held === null ? null : (
          <Button variant="default" size="compact-xs" onClick={() => setHeld(null)}>
            To its end
          </Button>
        )}
      </div>
      <pre
        ref={pane}
        className="hum-mono"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be within reach of the keyboard
        tabIndex={0}
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          if (scrollHeight - scrollTop - clientHeight <= nearPx) setHeld(null);
          else setHeld((before) => before ?? text);
        }}
      >
        {consoleLines(shown, 2000).join('\n').trim()}
      </pre>
    </section>
  );
}
