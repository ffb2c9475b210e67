import { quoted, suggestion, Unfit } from './unfit.ts';

/** What a parameter may be called. */
export const parameterName = /^[a-z][a-z0-9-]{0,39}$/;

/** Longer than any value that a configuration or a cloud-init document holds; a value that repeats another without end stops here. */
const longest = 262_144;

type Part = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'parameter'; readonly name: string };

/**
 * Cuts a value of a template into texts and parameters: `{name}` is a parameter, `{{` a brace, everything else (a lone `}` too) stands for
 * itself. @throws Unfit for a brace that begins neither
 */
export function partsOf(text: string): readonly Part[] {
  const parts: Part[] = [];
  for (const [whole, name] of text.matchAll(/[^{]+|\{\{|\{([a-z][a-z0-9-]{0,39})\}|\{[^{}\n]{0,40}\}?/g)) {
    if (name !== undefined) parts.push({ kind: 'parameter', name });
    else if (whole === '{{') parts.push({ kind: 'text', text: '{' });
    else if (whole.startsWith('{')) {
      throw new Unfit(`${quoted(whole)} is no parameter: its name in braces is one, as in {name}; a brace itself is written {{.`);
    } else parts.push({ kind: 'text', text: whole });
  }
  return parts;
}

/** The names of the parameters in a value, each once. @throws Unfit as `partsOf` */
export function parametersIn(text: string): readonly string[] {
  return [...new Set(partsOf(text).flatMap((part) => (part.kind === 'parameter' ? [part.name] : [])))];
}

/** The value with each parameter filled in as it is. @throws Unfit for what is no expression, and for a parameter that is not there */
export function fillIn(text: string, values: ReadonlyMap<string, string>, most = longest): string {
  let filled = '';
  for (const part of partsOf(text)) {
    if (part.kind === 'text') filled += part.text;
    else {
      const value = values.get(part.name);
      if (value === undefined) throw unknownParameter(part.name, values.keys());
      filled += value;
    }
    if (filled.length > most) throw new Unfit(`With its parameters filled in it would be longer than ${most} characters.`);
  }
  return filled;
}

/** The value that stands for this text, whatever is in it. */
export function literally(text: string): string {
  return text.replaceAll('{', '{{');
}

export function unknownParameter(name: string, known: Iterable<string>): Unfit {
  return new Unfit(`There is no parameter {${name}}${suggestion(name, known) || '.'}`);
}
