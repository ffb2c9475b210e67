/**
 * Text from a host, an import or a configuration file, made safe to show: control characters, BiDi controls (UAX #9), zero-width and
 * other invisible characters appear as `\n`, `\e` or `\u{202e}` instead of acting. Length is bounded; what was cut ends in `…`.
 */
export function visibleText(text: string, maxLength = 500): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return cut.replace(invisible, escapeCharacter);
}

/** Cc: controls; Cf: format characters, BiDi among them; Zl, Zp: line and paragraph separators; lone surrogates; blank fillers. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u2800\u3164\uffa0]/gu;

const shortNames: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\u001b': '\\e' };

function escapeCharacter(character: string): string {
  return shortNames[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}
