import { shellWord } from '../../shared/shell-word.ts';

/** What a person wants to paste, made fit for a terminal. */
export interface Paste {
  /** Lines end in \n. Of the control characters only tab and newline are left: an escape sequence would act as if it had been typed. */
  readonly text: string;
  readonly lines: readonly string[];
  /** How many characters were left out. */
  readonly removed: number;
}

/** xterm.js turns \n into what Enter sends, and brackets the text where the guest asks for it; it does not take ESC out (6.0). */
export function cleanPaste(raw: string): Paste {
  const unified = raw.replaceAll('\r\n', '\n').replaceAll('\r', '\n');
  const text = unified.replace(unwanted, '');
  return { text, lines: text.split('\n'), removed: unified.length - text.length };
}

/** Controls but tab and newline, BiDi controls (UAX #9) and the line separators of Unicode, none of which a person sees in what they paste. */
const unwanted = /[^\P{Cc}\t\n]|[\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Why a paste is shown before it is sent. */
export type PasteReason = 'lines' | 'root' | 'removes';

/** Null: it can be sent as it is. With a line break in it, a shell runs what comes before at once. */
export function whyLook(paste: Paste): PasteReason | null {
  return paste.text.includes('\n') ? 'lines' : whyLookAtLine(paste.text);
}

/** What a single line would do that cannot be taken back; null: nothing known. */
export function whyLookAtLine(line: string): Exclude<PasteReason, 'lines'> | null {
  if (/\brm\s(?:.*\s)?-(?:-(?:recursive|force)\b|[A-Za-z]*[rRf])/.test(line)) return 'removes';
  if (/\b(?:sudo|doas)\b/.test(line)) return 'root';
  return null;
}

/** The name of a file as one word for a shell. A page is told no path. What could act or hide in a terminal is left out, as of a paste. */
export function fileWord(name: string): string {
  const clean = cleanPaste(name).text.replaceAll('\n', '');
  // What begins with a hyphen would be an option.
  const safe = clean.startsWith('-') ? `./${clean}` : clean;
  return /^[\w.+,:@%/-]+$/.test(safe) ? safe : shellWord(safe);
}
