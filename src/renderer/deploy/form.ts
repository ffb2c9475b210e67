import type { DeployRequest } from '../../shared/contract/deploy.ts';
import type { TemplateParameter, TemplateSummary } from '../../shared/contract/templates.ts';
import { expandNodeSet } from '../../shared/node-set.ts';

/** What the page asks for, as it is typed. */
export interface DeployForm {
  /** Of the parameters that were touched; the others take their defaults. */
  readonly values: Readonly<Record<string, string>>;
  readonly names: string;
  /** An inventory id, or `best`. */
  readonly host: string;
  readonly headroomMib: number;
  readonly partial: DeployRequest['partial'];
  /** How many are built side by side on one host. */
  readonly atOnce: number;
}

/** As the contract has them. */
export const mostVms = 200;
const longestNames = 4096;
const mostHeadroomMib = 2 ** 24;
export const mostAtOnce = 8;
const usualAtOnce = 2;

/** What the form says when it opens. */
export function firstForm(names: string, host: string | null): DeployForm {
  return { values: {}, names, host: host ?? 'best', headroomMib: 256, partial: 'keep', atOnce: usualAtOnce };
}

/** The parameters that the form asks for: the name of each VM comes from the field of the names. */
export function askedParameters({ parameters }: Pick<TemplateSummary, 'parameters'>): readonly TemplateParameter[] {
  return parameters.filter(({ name }) => name !== 'name');
}

/** A name for a VM of this template that nobody has: the template's file and the first number that is free, `debian-pv-1`. */
export function freeName(template: Pick<TemplateSummary, 'id'>, taken: ReadonlySet<string>): string {
  const file = template.id.slice(template.id.indexOf('/') + 1).replace(/\.ya?ml$/, '');
  const letters = file.replaceAll(/[^A-Za-z0-9-]+/g, '-').replaceAll(/^[^A-Za-z]+|-+$/g, '');
  const base = letters.slice(0, 48).replace(/-+$/, '') || 'vm';
  for (let number = 1; ; number += 1) {
    const name = `${base}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** The names that a text stands for, or what is wrong with it as a sentence. */
export function readNames(text: string): readonly string[] | string {
  if (text.trim() === '') return 'Give it a name, or several as web[01-10].';
  if (text.trim().length > longestNames) return `That is longer than ${longestNames.toLocaleString('en')} characters. Write it as ranges.`;
  const read = expandNodeSet(text.trim());
  if (read.kind === 'invalid') return read.message.replace('hosts', 'VMs');
  if (read.names.length > mostVms) return `That is ${read.names.length.toLocaleString('en')} VMs; ${mostVms} at most are deployed at once.`;
  return read.names;
}

/** A default that is worked out from other values: it stands in the field as a suggestion, not as its text. */
export function isExpression({ default: preset }: Pick<TemplateParameter, 'default'>): boolean {
  return preset !== null && /\{[a-z][a-z0-9-]*\}/.test(preset);
}

/** What an empty field comes to, for its placeholder: its default with the name of the (first) VM in it, as far as that is known. */
export function suggestion(parameter: Pick<TemplateParameter, 'default'>, name: string | undefined): string {
  if (parameter.default === null || !isExpression(parameter)) return '';
  return name === undefined ? parameter.default : parameter.default.replaceAll('{name}', () => name);
}

/** What stands in the field of a parameter. */
export function shownValue(parameter: TemplateParameter, values: DeployForm['values']): string {
  return values[parameter.name] ?? (isExpression(parameter) ? '' : (parameter.default ?? ''));
}

/** The values that were given: an empty field stands for its default where that is worked out, or where there is none. */
export function valuesToSend(parameters: readonly TemplateParameter[], values: DeployForm['values']): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const parameter of parameters) {
    const value = values[parameter.name];
    if (value === undefined || value === parameter.default) continue;
    if (value === '' && (parameter.default === null || isExpression(parameter))) continue;
    sent[parameter.name] = value;
  }
  return sent;
}

/** Whether a value of the type `boolean` means yes, as YAML has it. */
export function isYes(value: string): boolean {
  return /^(?:true|yes|on|1)$/i.test(value.trim());
}

/** What the form asks the console for, or what is missing in it as a sentence. */
export function requestFrom(template: TemplateSummary, form: DeployForm): DeployRequest | string {
  const names = readNames(form.names);
  if (typeof names === 'string') return names;
  if (!(form.headroomMib >= 0 && form.headroomMib <= mostHeadroomMib))
    return 'The memory to leave free is a number of MiB, 0 to 16,777,216.';
  // The field is there for several alone.
  const atOnce = names.length === 1 || form.partial === 'all-or-none' ? usualAtOnce : form.atOnce;
  if (!(Number.isInteger(atOnce) && atOnce >= 1 && atOnce <= mostAtOnce))
    return `How many are built at once on a host is a number, 1 to ${mostAtOnce}.`;
  return {
    template: template.id,
    values: valuesToSend(askedParameters(template), form.values),
    names: form.names.trim(),
    host: form.host,
    headroom: Math.round(form.headroomMib) * 2 ** 20,
    partial: form.partial,
    atOnce,
  };
}
