import type { TemplateParameter } from '../../../shared/contract/templates.ts';
import type { TemplateFile } from './schema.ts';

/** Where in a template something is: `['disks', 0, 'size']`. */
export type Place = readonly (string | number)[];

/** A template that can be resolved: its fields as they are written, and its parameters, `name` first, without a cycle in their defaults. */
export interface Template {
  readonly file: TemplateFile;
  readonly parameters: readonly TemplateParameter[];
}

/** What is wrong with a value of a template, once its parameters are filled in. */
export interface Fault {
  readonly place: Place;
  /** The parameter that can be changed about it; null where the template itself is wrong. */
  readonly parameter: string | null;
  readonly message: string;
}

/** "disks[0].size". */
export function fieldName(place: Place): string {
  return place.reduce<string>((name, step) => (typeof step === 'number' ? `${name}[${step}]` : name === '' ? step : `${name}.${step}`), '');
}
