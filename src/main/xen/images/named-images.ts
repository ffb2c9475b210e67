import { posix } from 'node:path';
import { fillIn } from '../templates/expression.ts';
import { parameterValues } from '../templates/parameters.ts';
import type { Template } from '../templates/template.ts';
import { Unfit } from '../templates/unfit.ts';

/** With so many choices of its parameters a template is tried, each for itself: one that lists more names the rest in vain. */
const mostChoices = 64;
/** What is longer is no path of an image (readers.ts). */
const longestPath = 1024;

/** A template that was read anew is another object. */
const known = new WeakMap<Template, ReadonlySet<string>>();

/**
 * Every text in a template, as it is written and as it reads with the defaults of its parameters, and with each choice of one: the paths that it may
 * name as an image. A text whose parameters have no default stands as it is written.
 */
export function namedBy(template: Template): ReadonlySet<string> {
  const before = known.get(template);
  if (before !== undefined) return before;
  const named = namesIn(template);
  known.set(template, named);
  return named;
}

function namesIn({ file, parameters }: Template): ReadonlySet<string> {
  const written = textsOf(file);
  const named = new Set(written);
  const expressions = [...written].filter((text) => text.includes('{') && text.length <= longestPath);
  const choices = parameters.flatMap(({ name, choices: each }) => each.map((choice) => ({ [name]: choice })));
  for (const given of [{}, ...choices.slice(0, mostChoices)]) {
    const { values } = parameterValues(parameters, given);
    for (const text of expressions) {
      const filled = filledIn(text, values);
      if (filled !== undefined) named.add(filled);
    }
  }
  for (const text of [...named]) if (text.startsWith('/')) named.add(posix.normalize(text));
  return named;
}

function filledIn(text: string, values: ReadonlyMap<string, string>): string | undefined {
  try {
    return fillIn(text, values, longestPath);
  } catch (error) {
    if (error instanceof Unfit) return undefined;
    throw error;
  }
}

function textsOf(value: unknown, found = new Set<string>()): ReadonlySet<string> {
  if (typeof value === 'string') found.add(value);
  else if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) textsOf(each, found);
  return found;
}
