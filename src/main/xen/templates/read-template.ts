import { type Document, isCollection, isMap, isNode, isScalar, LineCounter, parseDocument, visit, type YAMLMap } from 'yaml';
import type { z } from 'zod';
import type { TemplateComplaint, TemplateParameter } from '../../../shared/contract/templates.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { parameterName, parametersIn, unknownParameter } from './expression.ts';
import { exampleOf, nameParameter, orderOf, parameterTypes, readParameter } from './parameters.ts';
import { oneOf, readBytes, readInteger } from './readers.ts';
import { resolve } from './resolve.ts';
import { fieldsAt, icons, type ParameterFields, type TemplateFile, templateFile } from './schema.ts';
import { type Fault, fieldName, type Place, type Template } from './template.ts';
import { quoted, suggestion, Unfit } from './unfit.ts';

export interface ReadTemplate {
  /** Null where an error is among the complaints. */
  readonly template: Template | null;
  /** In the order of the text. */
  readonly complaints: readonly TemplateComplaint[];
}

/** The contract's limit for what an editor sends; a file may not be longer either. */
export const longestTemplate = 262_144;
const mostComplaints = 50;
/** Nothing in a template goes deeper than four; the parser calls itself for each level. */
const deepest = 16;
/** Nor has any field, or its parameters, more entries: what looks for one among all of them goes with the square of their number. */
const mostEntries = 500;

/**
 * Reads a template. Never throws, whatever the text is: what is wrong is told with its line and column. Every value is also tried with the
 * defaults of the parameters, so that a unit that is none is found before anybody deploys.
 */
export function readTemplate(text: string): ReadTemplate {
  const lines = new LineCounter();
  const complaints: TemplateComplaint[] = [];
  const complain = (offset: number, message: string, place: Place = [], severity: TemplateComplaint['severity'] = 'error') => {
    const { line, col } = lines.linePos(offset);
    if (complaints.length < mostComplaints)
      complaints.push({ line: Math.max(1, line), column: Math.max(1, col), severity, field: fieldName(place), message });
  };
  const document = text.length > longestTemplate ? null : parsed(text, lines);
  if (document === null) {
    lines.addNewLine(0);
    complain(0, text.length > longestTemplate ? 'It is longer than 256 KiB.' : 'It is nested too deeply for a template.');
    return { template: null, complaints };
  }
  const template = readDocument(
    document,
    (place, message, severity) => complain(offsetOf(document, place), message, place, severity),
    complain,
  );
  const inOrder = complaints.sort((one, other) => one.line - other.line || one.column - other.column);
  return { template: inOrder.some(({ severity }) => severity === 'error') ? null : template, complaints: inOrder };
}

type Complain = (place: Place, message: string, severity?: TemplateComplaint['severity']) => void;

/** Null where it is nested too deeply. Scalars are texts, whatever they look like: a checksum of digits is no number. */
function parsed(text: string, lineCounter: LineCounter): Document | null {
  if (nestedTooDeeply(text)) return null;
  try {
    return parseDocument(text, { lineCounter, schema: 'failsafe', prettyErrors: false, logLevel: 'silent', uniqueKeys: false });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** Brackets, and the dashes and question marks that nest blocks within one line, counted without regard to quotes: the limits are far off. */
function nestedTooDeeply(text: string): boolean {
  let open = 0;
  for (const bracket of text.matchAll(/[[\]{}]/g)) {
    open = bracket[0] === '[' || bracket[0] === '{' ? open + 1 : Math.max(0, open - 1);
    if (open > 1000) return true;
  }
  return /^[ \t]*(?:[-?:][ \t]+){200}/m.test(text);
}

function readDocument(
  document: Document,
  complain: Complain,
  complainAt: (offset: number, message: string, place?: Place) => void,
): Template | null {
  for (const { pos, message } of [...document.errors, ...document.warnings]) complainAt(pos[0], `${sentence(message)}`);
  if (document.errors.length + document.warnings.length > 0) return null;
  const structure = wrongStructure(document);
  if (structure !== undefined) {
    complainAt(structure.offset, structure.message);
    return null;
  }
  const read = templateFile.safeParse(document.toJS({ maxAliasCount: 0 }));
  if (!read.success) {
    for (const issue of read.error.issues) complainOfIssue(issue, complain);
    return null;
  }
  const file = read.data;
  let sound = true;
  const wrong: Complain = (place, message, severity = 'error') => {
    if (severity === 'error') sound = false;
    complain(place, message, severity);
  };
  const parameters = readParameters(file, wrong);
  if (!sound) return null;
  checkExpressions(file, parameters, wrong);
  if (!sound) return null;
  const template: Template = { file, parameters };
  for (const fault of faultsWithDefaults(template)) wrong(fault.place, fault.message);
  adviseOn(template, wrong);
  return template;
}

/** What YAML can say and no template needs: anchors, tags, keys that are no texts. */
function wrongStructure(document: Document): { readonly offset: number; readonly message: string } | undefined {
  let found: { readonly offset: number; readonly message: string } | undefined;
  const at = (node: { readonly range?: readonly number[] | null | undefined }, message: string) => {
    found = { offset: node.range?.[0] ?? 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_key, node) => at(node, 'Anchors and aliases are not for templates: write the value again, or make it a parameter.'),
    Pair: (_key, pair) =>
      isScalar(pair.key) && typeof pair.key.value === 'string'
        ? undefined
        : at(isNode(pair.key) ? pair.key : {}, 'The name of a field is a text.'),
    Collection: (_key, node, path) => {
      if (path.length > 2 * deepest) return at(node, 'It is nested too deeply for a template.');
      if (node.items.length > mostEntries) return at(node, `There are more than ${mostEntries} entries here.`);
      if (!isMap(node)) return undefined;
      const seen = new Set<unknown>();
      for (const { key } of node.items) {
        const name = isScalar(key) ? key.value : undefined;
        if (seen.has(name) && isNode(key)) return at(key, 'This field is there twice: its name must be unique.');
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

function complainOfIssue(issue: z.core.$ZodIssue, complain: Complain): void {
  const place = issue.path.filter((step) => typeof step !== 'symbol');
  if (issue.code !== 'unrecognized_keys') {
    complain(place, issue.message);
    return;
  }
  for (const key of issue.keys) {
    complain([...place, key], `There is no field ${quoted(key)} here${suggestion(key, fieldsAt(place)) || '.'}`);
  }
}

function readParameters(file: TemplateFile, complain: Complain): readonly TemplateParameter[] {
  const parameters = Object.entries(file.parameters ?? {}).flatMap(([name, fields]) => readParameterFields(name, fields, complain) ?? []);
  const all = parameters.some(({ name }) => name === 'name') ? parameters : [nameParameter, ...parameters];
  const known = all.map(({ name }) => name);
  for (const parameter of all) {
    if (parameter.default === null) continue;
    attempt(['parameters', parameter.name, 'default'], complain, () => {
      const needed = parametersIn(parameter.default ?? '');
      for (const other of needed) if (!known.includes(other)) throw unknownParameter(other, known);
      if (needed.length === 0) readParameter(parameter, parameter.default === '' ? '' : unescaped(parameter.default ?? ''));
    });
  }
  const { cycle } = orderOf(all);
  if (cycle !== null) {
    complain(
      ['parameters', cycle[0] ?? '', 'default'],
      `The defaults go round in a circle: ${cycle.map((name) => `{${name}}`).join(' → ')}.`,
    );
  }
  // The name comes first in every form.
  return [...all].sort((one, other) => Number(other.name === 'name') - Number(one.name === 'name'));
}

const unescaped = (text: string) => text.replaceAll('{{', '{');

function readParameterFields(name: string, fields: ParameterFields, complain: Complain): TemplateParameter | undefined {
  const place: Place = ['parameters', name];
  if (!parameterName.test(name)) {
    complain(place, `${quoted(name)} cannot be the name of a parameter: small letters, digits and -, beginning with a letter, 40 at most.`);
    return undefined;
  }
  const usual = name === 'name' ? 'name' : 'text';
  const type = fields.type === undefined ? usual : attempt([...place, 'type'], complain, () => oneOf(parameterTypes)(fields.type ?? ''));
  if (type === undefined) return undefined;
  if (name === 'name' && type !== 'name') complain([...place, 'type'], 'The parameter {name} is the name of the VM: its type is name.');
  const choices = fields.choices ?? [];
  if (type === 'choice' && choices.length === 0) complain(place, 'A choice needs choices.');
  if (type !== 'choice' && fields.choices !== undefined)
    complain([...place, 'choices'], 'Only a parameter of the type choice has choices.');
  const limit = (field: 'minimum' | 'maximum'): string | null => {
    const written = fields[field];
    if (written === undefined || written === '') return null;
    if (type !== 'integer' && type !== 'bytes') complain([...place, field], 'Only integer and bytes have limits.');
    else attempt([...place, field], complain, () => (type === 'bytes' ? readBytes : readInteger)(written));
    return written;
  };
  const given = fields.default;
  return {
    name,
    label: fields.label || labelOf(name),
    type,
    help: fields.help ?? (name === 'name' ? nameParameter.help : ''),
    // An empty text is a default, an empty amount is none.
    default: given === undefined || (given === '' && type !== 'text') ? null : given,
    minimum: limit('minimum'),
    maximum: limit('maximum'),
    choices,
  };
}

/** "disk-size": "Disk size". */
function labelOf(name: string): string {
  const words = name.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Every text in the template outside of its parameters: what is no expression, or names a parameter that is not there. */
function checkExpressions(file: TemplateFile, parameters: readonly TemplateParameter[], complain: Complain): void {
  const known = parameters.map(({ name }) => name);
  for (const [place, text] of valuesOf(file)) {
    attempt(place, complain, () => {
      for (const name of parametersIn(text)) if (!known.includes(name)) throw unknownParameter(name, known);
    });
  }
}

/** The values that parameters may stand in. */
const describing = new Set(['version', 'name', 'description', 'icon', 'parameters']);

function valuesOf(file: TemplateFile): readonly (readonly [Place, string])[] {
  const found: (readonly [Place, string])[] = [];
  const walk = (value: unknown, place: Place): void => {
    if (typeof value === 'string') found.push([place, value]);
    else if (Array.isArray(value))
      value.forEach((item, at) => {
        walk(item, [...place, at]);
      });
    else if (typeof value === 'object' && value !== null) for (const [key, item] of Object.entries(value)) walk(item, [...place, key]);
  };
  for (const [key, value] of Object.entries(file)) if (!describing.has(key)) walk(value, [key]);
  return found;
}

/** What stands for the parameters without a default while a template is looked at. */
export function exampleValues({ parameters }: Template): Readonly<Record<string, string>> {
  return Object.fromEntries(
    parameters.filter(({ default: usual }) => usual === null).map((parameter) => [parameter.name, exampleOf(parameter)]),
  );
}

/** A text without a default may be anything: what its example does is no fault of the template. */
function faultsWithDefaults(template: Template): readonly Fault[] {
  const guessed = new Set(
    template.parameters.filter((parameter) => parameter.default === null && parameter.type === 'text').map(({ name }) => name),
  );
  return resolve(template, exampleValues(template)).faults.filter(({ parameter }) => parameter === null || !guessed.has(parameter));
}

function adviseOn({ file, parameters }: Template, complain: Complain): void {
  if (file.icon !== undefined && !(icons as readonly string[]).includes(file.icon)) {
    complain(['icon'], `There is no icon ${quoted(file.icon)}: a plain server is shown${suggestion(file.icon, icons) || '.'}`, 'warning');
  }
  const used = new Set(
    [...valuesOf(file).map(([, text]) => text), ...parameters.map((parameter) => parameter.default ?? '')].flatMap(
      (text) =>
        attempt(
          [],
          () => undefined,
          () => parametersIn(text),
        ) ?? [],
    ),
  );
  for (const { name } of parameters) {
    if (name !== 'name' && !used.has(name)) complain(['parameters', name], `Nothing uses the parameter {${name}}.`, 'warning');
  }
  const told = file.cloudInit !== undefined || (file.boot.kernel !== undefined && file.boot.kernel !== '');
  (file.vifs ?? []).forEach(({ ip }, at) => {
    if (!told && ip !== undefined && !['', 'none', 'dhcp'].includes(ip)) {
      complain(
        ['vifs', at, 'ip'],
        'Nothing tells the guest this address: it has no cloud-init, and no kernel with a command line.',
        'warning',
      );
    }
  });
}

function attempt<T>(place: Place, complain: Complain, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    complain(place, error.message);
    return undefined;
  }
}

/** Where the value at a place begins; of a field that is missing, where what should have it begins. A field by its name, as a map begins with one. */
function offsetOf(document: Document, place: Place): number {
  for (let length = place.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(place.slice(0, length - 1), true);
    const last = place[length - 1];
    if (isMap(parent)) {
      const pair = (parent as YAMLMap).items.find(({ key }) => isScalar(key) && key.value === last);
      if (pair === undefined) continue;
      const value = isScalar(pair.value) || (isCollection(pair.value) && pair.value.flow) ? pair.value : pair.key;
      // An unknown field is told by its name.
      const node = fieldsAt(place.slice(0, length - 1)).includes(String(last)) ? value : pair.key;
      if (isNode(node) && node.range) return node.range[0];
    }
    const node = document.getIn(place.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0;
}

/** The parser's words, hostile text in them shown safely, as a sentence. */
function sentence(message: string): string {
  const shown = visibleText(message, 200);
  return /[.!?]$/.test(shown) ? shown : `${shown}.`;
}
