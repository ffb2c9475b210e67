import { HumError } from '../../shared/errors.ts';
import { shellWord } from '../../shared/shell-word.ts';
import { visibleText } from '../../shared/visible-text.ts';

/**
 * A text as one word of a command line, whatever is in it.
 * @throws HumError `bad-input` for a NUL, which no argument can hold
 */
export function quote(text: string): string {
  if (text.includes('\0')) {
    throw new HumError({
      code: 'bad-input',
      message: 'A value holds a NUL character.',
      hint: 'Remove the NUL character: no command of Unix can receive one.',
    });
  }
  return shellWord(text);
}

/** The line that makes these `$1`, `$2`, … of a script. */
export function setArguments(args: readonly string[]): string {
  return ['set --', ...args.map(quote)].join(' ');
}

/** A word for a command line that a hint shows and a person copies: quoted only where needed, invisible characters made visible. */
export function shownWord(text: string): string {
  if (/^~?[A-Za-z0-9_@%+=:,./-]+$/.test(text)) return text;
  return visibleText(quote(text.replaceAll('\0', '')));
}
