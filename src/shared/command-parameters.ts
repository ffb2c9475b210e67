/** `{{name}}` in a command is a value that a person gives for each run; `\{{name}}` is not, and neither is what stands in a comment. */
const parameter = /\{\{([A-Za-z_][A-Za-z0-9_]{0,31})\}\}/y;

/** The shell variable that holds a value. */
export function parameterVariable(name: string): string {
  return `hum_${name}`;
}

/** The names of the parameters in a command, each once, in the order in which they stand there. */
export function parametersOf(text: string): readonly string[] {
  return [...new Set([...piecesOf(text)].flatMap((piece) => (typeof piece === 'string' ? [] : [piece.name])))];
}

/**
 * The command with a shell variable in place of each parameter, as one word wherever it stands: bare, between double quotes or between single
 * ones. Whatever is in the variable is data. Where the reading of the quotes goes astray (a here-document with an apostrophe), a value may be
 * split into words or not put in at all, and is still never run.
 */
export function withVariables(text: string): string {
  return [...piecesOf(text)]
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const variable = `\${${parameterVariable(piece.name)}}`;
      return { none: `"${variable}"`, double: variable, single: `'"${variable}"'` }[piece.quotes];
    })
    .join('');
}

interface Parameter {
  readonly name: string;
  /** Between which quotes it stands. */
  readonly quotes: 'none' | 'double' | 'single';
}

/** The command as a shell reads its quotes (POSIX.1-2017, Shell 2.2, 2.3). */
function* piecesOf(text: string): Generator<string | Parameter, void, void> {
  let quotes: Parameter['quotes'] = 'none';
  for (let at = 0; at < text.length; ) {
    parameter.lastIndex = at;
    const [whole, name = ''] = parameter.exec(text) ?? [];
    if (whole !== undefined) {
      yield { name, quotes };
      at += whole.length;
      continue;
    }
    const character = text.charAt(at);
    const length = stepLength(text, at, quotes);
    if (character === '"' && quotes !== 'single') quotes = quotes === 'double' ? 'none' : 'double';
    else if (character === "'" && quotes !== 'double') quotes = quotes === 'single' ? 'none' : 'single';
    yield text.slice(at, at + length);
    at += length;
  }
}

/** How far what stands here reaches: a character, one with its backslash, or a comment up to its end. */
function stepLength(text: string, at: number, quotes: Parameter['quotes']): number {
  const character = text.charAt(at);
  if (character === '\\' && quotes !== 'single') return 2;
  if (character === '#' && quotes === 'none' && (at === 0 || /[\s;&|()]/.test(text.charAt(at - 1)))) {
    const end = text.indexOf('\n', at);
    return (end < 0 ? text.length : end) - at;
  }
  return 1;
}
