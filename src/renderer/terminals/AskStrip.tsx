import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { type Paste, type PasteReason, whyLookAtLine } from './paste.ts';
import classes from './terminals.module.css';

/** What a person is asked before it is done. */
export type Ask =
  | { readonly kind: 'paste'; readonly paste: Paste; readonly why: PasteReason }
  | { readonly kind: 'clipboard'; readonly text: string }
  | { readonly kind: 'link'; readonly target: string };

const shownLines = 12;

interface AskStripProps {
  readonly ask: Ask;
  /** Who is at the far side: "The guest wants …". */
  readonly who: 'guest' | 'host';
  readonly onAnswer: (yes: boolean) => void;
}

/** Asks below the terminal. "Yes" has the focus, Escape is no. */
export function AskStrip({ ask, who, onAnswer }: AskStripProps): ReactNode {
  const title = useId();
  const yes = useRef<HTMLButtonElement>(null);
  useEffect(() => yes.current?.focus(), []);
  const { question, lines, more, button } = wordsOf(ask, who);
  return (
    <div
      role="alertdialog"
      aria-labelledby={title}
      className={classes.ask}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onAnswer(false);
      }}
    >
      <div id={title}>{question}</div>
      <pre className={`hum-mono ${classes.lines}`}>{lines.map((line) => visibleText(line, 200)).join('\n')}</pre>
      {more > 0 ? <div className={classes.more}>… and {more} more lines</div> : null}
      <div className={classes.answers}>
        <Button ref={yes} size="compact-sm" onClick={() => onAnswer(true)}>
          {button}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => onAnswer(false)}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

/** What is asked about a paste of these lines. The break after the last one is no line. */
function pasteQuestion(why: PasteReason, lines: readonly string[]): string {
  const reasons = lines.map(whyLookAtLine);
  const does = reasons.includes('removes') ? ' It removes files.' : reasons.includes('root') ? ' It wants the rights of root.' : '';
  if (why !== 'lines') return `Paste this?${does}`;
  if (lines.length === 1) return `Paste this line? It ends in a line break: a shell runs it at once.${does}`;
  return `Paste these ${lines.length} lines? A shell runs each at once.${does}`;
}

function wordsOf(ask: Ask, who: string): { question: string; lines: readonly string[]; more: number; button: string } {
  switch (ask.kind) {
    case 'paste': {
      const { removed } = ask.paste;
      const lines = ask.paste.lines.at(-1) === '' ? ask.paste.lines.slice(0, -1) : ask.paste.lines;
      const left = removed === 0 ? '' : ` ${removed} control ${removed === 1 ? 'character was' : 'characters were'} left out.`;
      return { ...shortened(lines), question: `${pasteQuestion(ask.why, lines)}${left}`, button: 'Paste' };
    }
    case 'clipboard':
      return {
        ...shortened(ask.text.split('\n')),
        question: `The ${who} wants to put this on your clipboard. The answer holds for this terminal until it is closed.`,
        button: 'Allow',
      };
    case 'link':
      return { lines: [ask.target], more: 0, question: `Open this page in the browser? The link comes from the ${who}.`, button: 'Open' };
  }
}

function shortened(lines: readonly string[]): { lines: readonly string[]; more: number } {
  return { lines: lines.slice(0, shownLines), more: Math.max(0, lines.length - shownLines) };
}
