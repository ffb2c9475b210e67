/**
 * A text as one word of a POSIX shell, whatever is in it: between single quotes nothing is special (POSIX.1-2017, Shell 2.2.2).
 * The only place where Hum quotes for a shell.
 */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
