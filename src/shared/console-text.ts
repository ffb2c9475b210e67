import { visibleText } from './visible-text.ts';

/**
 * The lines that a console has shown, as text: colours, movements of the cursor and strings for a terminal (ECMA-48) are taken out, a line that
 * was begun anew holds what stands in it at last, and whatever else would act is made visible. Each is cut at `longest` characters.
 */
export function consoleLines(printed: string, longest: number): readonly string[] {
  return (
    printed
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
      .replace(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g, '')
      .split('\n')
      .map((line) => visibleText(lastPart(line).trimEnd(), longest))
  );
}

/** What stands in a line at last: a carriage return begins it anew, and those at its end have nothing to begin with yet. */
function lastPart(line: string): string {
  let end = line.length;
  while (line[end - 1] === '\r') end -= 1;
  return line.slice(line.lastIndexOf('\r', end - 1) + 1, end);
}
