import type { ParameterType, TemplateParameter } from '../../shared/contract/templates.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** What a kind of value is called. */
export const typeWords: Readonly<Record<ParameterType, string>> = {
  text: 'Text',
  name: 'Name',
  integer: 'Whole number',
  bytes: 'Size',
  boolean: 'Yes or no',
  choice: 'Choice',
  mac: 'MAC address',
  ipv4: 'IPv4 address',
};

/** What a parameter is unless told otherwise, shown safely; "must be given" where it has no default. */
export function defaultWords({ default: preset }: Pick<TemplateParameter, 'default'>): string {
  if (preset === null) return 'must be given';
  return preset === '' ? 'empty' : visibleText(preset, 120);
}

/** The limits of a parameter in words, null where it has none: "128 MiB to 8 GiB", "64 at most", "one of a, b". */
export function limitsOf({ minimum, maximum, choices }: Pick<TemplateParameter, 'minimum' | 'maximum' | 'choices'>): string | null {
  if (choices.length > 0) {
    const shown = choices.slice(0, 6).map((choice) => visibleText(choice, 40));
    return `one of ${shown.join(', ')}${choices.length > 6 ? ', …' : ''}`;
  }
  const [least, most] = [minimum, maximum].map((limit) => (limit === null ? null : visibleText(limit, 40)));
  if (least != null && most != null) return `${least} to ${most}`;
  if (least != null) return `${least} at least`;
  return most == null ? null : `${most} at most`;
}
