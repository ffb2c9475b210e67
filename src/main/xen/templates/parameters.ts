import type { ParameterType, TemplateParameter } from '../../../shared/contract/templates.ts';
import { fillIn, parametersIn } from './expression.ts';
import { oneOf, readBoolean, readBytes, readInteger, readIpv4, readMac, readName, writeBytes } from './readers.ts';
import type { Fault } from './template.ts';
import { suggestion, Unfit } from './unfit.ts';

export const parameterTypes: readonly ParameterType[] = ['text', 'name', 'integer', 'bytes', 'boolean', 'choice', 'mac', 'ipv4'];

/** As long as the contract lets a value be. */
const longestValue = 16_384;

/** The parameter that every template has: the name of the VM. */
export const nameParameter: TemplateParameter = {
  name: 'name',
  label: 'Name',
  type: 'name',
  help: 'Of the VM, and of its files on the host.',
  default: null,
  minimum: null,
  maximum: null,
  choices: [],
};

/** The value as it is filled in: in one spelling, within its limits. @throws Unfit */
export function readParameter(parameter: TemplateParameter, value: string): string {
  switch (parameter.type) {
    case 'name':
      return readName(value);
    case 'mac':
      return readMac(value);
    case 'ipv4':
      return readIpv4(value);
    case 'boolean':
      return String(readBoolean(value));
    case 'choice':
      return oneOf(parameter.choices)(value);
    case 'integer':
      return String(withinLimits(parameter, readInteger(value), readInteger));
    case 'bytes':
      return writeBytes(withinLimits(parameter, readBytes(value), readBytes));
    case 'text':
      if (value.length > longestValue) throw new Unfit(`It is longer than ${longestValue} characters.`);
      return value;
  }
}

function withinLimits({ minimum, maximum }: TemplateParameter, value: number, read: (text: string) => number): number {
  if (minimum !== null && value < read(minimum)) throw new Unfit(`It is less than ${minimum}.`);
  if (maximum !== null && value > read(maximum)) throw new Unfit(`It is more than ${maximum}.`);
  return value;
}

/** Parameters in an order in which each default finds what it refers to, or a cycle among them: `a`, `b`, `a`. */
export function orderOf(parameters: readonly TemplateParameter[]): {
  readonly order: readonly TemplateParameter[];
  readonly cycle: readonly string[] | null;
} {
  const named = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const order: TemplateParameter[] = [];
  const done = new Set<string>();
  const path: string[] = [];
  const visit = (parameter: TemplateParameter): readonly string[] | null => {
    if (done.has(parameter.name)) return null;
    const at = path.indexOf(parameter.name);
    if (at >= 0) return [...path.slice(at), parameter.name];
    path.push(parameter.name);
    for (const needed of parameter.default === null ? [] : parametersOf(parameter.default)) {
      const other = named.get(needed);
      const cycle = other === undefined ? null : visit(other);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(parameter.name);
    order.push(parameter);
    return null;
  };
  for (const parameter of parameters) {
    const cycle = visit(parameter);
    if (cycle !== null) return { order: parameters, cycle };
  }
  return { order, cycle: null };
}

/** Of a text that may be no expression at all. */
function parametersOf(text: string): readonly string[] {
  try {
    return parametersIn(text);
  } catch (error) {
    if (error instanceof Unfit) return [];
    throw error;
  }
}

/**
 * Every parameter with its value: what was given, or else its default. A value that is empty counts as left out, but for a text. What is
 * wrong keeps its parameter out of `values`, and that is told once, not again for each that refers to it.
 */
export function parameterValues(
  parameters: readonly TemplateParameter[],
  given: Readonly<Record<string, string>>,
): { readonly values: ReadonlyMap<string, string>; readonly faults: readonly Fault[] } {
  const values = new Map<string, string>();
  const faults: Fault[] = [];
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const fault = (name: string, message: string) => faults.push({ place: ['parameters', name], parameter: name, message });
  for (const name of Object.keys(given)) {
    if (!known.has(name)) fault(name, `This template has no parameter of this name${suggestion(name, known.keys()) || '.'}`);
  }
  for (const parameter of orderOf(parameters).order) {
    const { name } = parameter;
    const told = Object.hasOwn(given, name) ? given[name] : undefined;
    try {
      if (told !== undefined && (told !== '' || parameter.type === 'text')) values.set(name, readParameter(parameter, told));
      else if (parameter.default === null) fault(name, 'It is needed.');
      else if (parametersOf(parameter.default).every((needed) => values.has(needed) || !known.has(needed))) {
        values.set(name, readParameter(parameter, fillIn(parameter.default, values, longestValue)));
      }
    } catch (error) {
      if (!(error instanceof Unfit)) throw error;
      fault(name, error.message);
    }
  }
  return { values, faults };
}

/** Something to show a template with where a parameter has no default. */
export function exampleOf({ type, minimum, choices }: TemplateParameter): string {
  const examples: Readonly<Record<ParameterType, string>> = {
    text: 'example',
    name: 'example',
    integer: minimum ?? '1',
    bytes: minimum ?? '1 GiB',
    boolean: 'false',
    choice: choices[0] ?? '',
    mac: '00:16:3e:00:00:01',
    ipv4: '192.0.2.10',
  };
  return examples[type];
}
