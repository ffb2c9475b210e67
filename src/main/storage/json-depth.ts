/** Nothing of ours goes deeper. Parsers and printers that call themselves for each level run out of stack at a few thousand. */
const deepest = 64;

/** The offset in a JSON text of the first bracket that is nested more deeply than anything of ours; undefined when none is. */
export function tooDeepAt(text: string): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charCodeAt(at);
    if (quoted) {
      if (character === backslash) at += 1;
      else if (character === quote) quoted = false;
    } else if (character === quote) quoted = true;
    else if (character === openBracket || character === openBrace) {
      depth += 1;
      if (depth > deepest) return at;
    } else if (character === closeBracket || character === closeBrace) depth -= 1;
  }
  return undefined;
}

const [quote, backslash, openBracket, closeBracket, openBrace, closeBrace] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];
