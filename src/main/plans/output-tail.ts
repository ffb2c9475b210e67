/** What is kept of a step's output, UTF-8 bytes: its end, which is where a command says why it failed. */
export const outputBytes = 64 * 1024;

/** Adds to an output and keeps its end; what was cut off before it shows as `…`. */
export function withOutput(before: string, text: string): string {
  const whole = before + text;
  // A character is at least a byte, and at most three for each of its UTF-16 units.
  if (whole.length * 3 <= outputBytes) return whole;
  const bytes = Buffer.from(whole.slice(-outputBytes));
  if (whole.length <= outputBytes && bytes.length <= outputBytes) return whole;
  let from = Math.max(0, bytes.length - outputBytes + 3);
  // 10xxxxxx goes on with a character that began before.
  while (((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1;
  return `…${bytes.toString('utf8', from)}`;
}
