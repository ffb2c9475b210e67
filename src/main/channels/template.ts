import { HumError, messageOf } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { tooDeepAt } from '../storage/json-depth.ts';

/** What stands for each placeholder. Texts are one line each, made safe to show. */
export type Values = Readonly<Record<string, string | number | null>>;

const placeholder = /\{\{\s*([A-Za-z0-9_]{1,40})\s*\}\}/g;

/**
 * A text with its placeholders (`{{host}}`) filled in. What is filled in is not looked at again.
 * @throws HumError `bad-input` for a placeholder that is none
 */
export function fill(template: string, values: Values): string {
  return template.replace(placeholder, (_, name: string) => String(valueFor(name, values) ?? ''));
}

/**
 * A JSON text whose strings are templates, as a value. A string that is one placeholder becomes what that is: a number, or null. It is
 * parsed before it is filled in, so that nothing that a host says can add a field.
 * @throws HumError `bad-input` for what is no JSON, and as `fill`
 */
export function fillJson(template: string, values: Values): unknown {
  if (tooDeepAt(template) !== undefined) throw badJson('It is nested too deeply.');
  let parsed: unknown;
  try {
    parsed = JSON.parse(template);
  } catch (error) {
    throw badJson(messageOf(error));
  }
  return filled(parsed, values);
}

function filled(value: unknown, values: Values): unknown {
  if (typeof value === 'string') {
    const [, only] = /^\{\{\s*([A-Za-z0-9_]{1,40})\s*\}\}$/.exec(value) ?? [];
    return only === undefined ? fill(value, values) : valueFor(only, values);
  }
  if (Array.isArray(value)) return value.map((each) => filled(each, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, filled(each, values)]));
}

function valueFor(name: string, values: Values): string | number | null {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  throw new HumError({
    code: 'bad-input',
    message: `There is no {{${name}}}.`,
    hint: `What can be filled in: ${Object.keys(values).join(', ')}.`,
  });
}

function badJson(detail: string): HumError {
  return new HumError({
    code: 'bad-input',
    message: 'The template is no JSON.',
    hint: 'Names and texts stand in double quotes, also the placeholders: {"site": "eu", "load": "{{load1}}"}.',
    detail: visibleText(detail),
  });
}
