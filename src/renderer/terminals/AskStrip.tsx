import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { type Paste, type PasteReason, whyLookAtLine } from './paste.ts';
import classes from './terminals.module.css';

/** What a person is asked before it is done. */
export type Ask =
  | { readonly kind: 'paste'; readonly paste: Paste; readonly why: PasteReason }
  | { readonly kind: 'clipboard'; readonly text: string }
  | { readonly kind: 'log' }
  /** `into`: the directory that they would be uploaded to, null for the home; undefined where nothing can be uploaded. */
  | { readonly kind: 'drop'; readonly files: readonly File[]; readonly into: string | null | undefined }
  | { readonly kind: 'link'; readonly target: string };

const shownLines = 12;

interface AskStripProps {
  readonly ask: Ask;
  /** Who is at the far side: "The guest wants …". */
  readonly who: 'guest' | 'host';
  readonly onAnswer: (answer: AskAnswer) => void;
}

/** `other`: the second thing that can be done, where there is one. */
export type AskAnswer = 'yes' | 'other' | 'no';

/**
 * Asks below the terminal. "Yes" has the focus where the person has done something that is asked about. What the far side wants is asked when it
 * likes, perhaps while Enter is being typed: there the strip has the focus, and no key but Tab and Escape does anything.
 */
export function AskStrip({ ask, who, onAnswer }: AskStripProps): ReactNode {
  const title = useId();
  const yes = useRef<HTMLButtonElement>(null);
  const strip = useRef<HTMLDivElement>(null);
  const theirs = ask.kind === 'clipboard';
  useEffect(() => (theirs ? strip : yes).current?.focus(), [theirs]);
  const { question, lines, more, button, other } = wordsOf(ask, who);
  return (
    <div
      ref={strip}
      role="alertdialog"
      tabIndex={-1}
      aria-labelledby={title}
      className={classes.ask}
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        onAnswer('no');
      }}
    >
      <div id={title}>{question}</div>
      <pre className={`hum-mono ${classes.lines}`}>{lines.map((line) => visibleText(line, 200)).join('\n')}</pre>
      {more > 0 ? <div className={classes.more}>… and {more} more lines</div> : null}
      <div className={classes.answers}>
        <Button ref={yes} size="compact-sm" onClick={() => onAnswer('yes')}>
          {button}
        </Button>
        {other === undefined ? null : (
          <Button size="compact-sm" variant="default" onClick={() => onAnswer('other')}>
            {other}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => onAnswer('no')}>
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

interface Words {
  readonly question: string;
  readonly lines: readonly string[];
  readonly more: number;
  readonly button: string;
  readonly other?: string;
}

function wordsOf(ask: Ask, who: string): Words {
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
    case 'log':
      return {
        lines: ['Whatever is printed here goes into a file on this computer as well, unencrypted, until you end it: also secrets.'],
        more: 0,
        question: 'Keep a session log of this terminal from here on?',
        button: 'Keep a log',
      };
    case 'drop': {
      const { files, into } = ask;
      const [count, them] = files.length === 1 ? ['this file', 'its name'] : [`these ${files.length} files`, 'their names'];
      const insert = `Insert ${them}`;
      const lines = shortened(files.map(({ name, size }) => `${name}  ${formatBytes(size)}`));
      if (into === undefined)
        return { ...lines, question: `A console takes no files. Insert ${them}, quoted, as if typed?`, button: insert };
      const place = into === null ? 'the home directory, as the shell does not say where it is' : visibleText(into, 300);
      return { ...lines, question: `Upload ${count} to ${place}? Nothing there is overwritten.`, button: 'Upload', other: insert };
    }
    case 'link':
      return { lines: [ask.target], more: 0, question: `Open this page in the browser? The link comes from the ${who}.`, button: 'Open' };
  }
}

function shortened(lines: readonly string[]): { lines: readonly string[]; more: number } {
  return { lines: lines.slice(0, shownLines), more: Math.max(0, lines.length - shownLines) };
}
