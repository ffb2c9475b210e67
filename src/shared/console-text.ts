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
      .split(/\r*\n/)
      // A carriage return in a line begins it anew; the one at its end has nothing to begin with yet.
      .map((line) => line.replace(/\r+$/, ''))
      .map((line) => visibleText(line.slice(line.lastIndexOf('\r') + 1).trimEnd(), longest))
  );
}
