import { z } from 'zod';
import { parameterName } from './expression.ts';

/** The kinds of picture that cards have. */
export const icons = [
  'server',
  'debian',
  'ubuntu',
  'alpine',
  'fedora',
  'suse',
  'bsd',
  'windows',
  'cloud',
  'web',
  'database',
  'network',
  'lab',
] as const;

/** Every scalar is a text as it was written: what it means is read when its parameters are filled in. */
const text = z.string({ error: ({ input }) => notText(input) });
const short = text
  .max(200, 'It is longer than 200 characters.')
  .regex(/^[^\p{Cc}]*$/u, 'It has a line end or another control character in it.');
/** One text stands for a list of it. */
const list = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(text, { error: 'A list is expected here.' }).max(256, 'There are more than 256 of them.'),
);
const fields = <T extends z.core.$ZodShape>(shape: T) =>
  z.strictObject(shape, {
    error: ({ code, input }) =>
      code === 'invalid_type' ? (input === undefined ? 'It is missing.' : 'Fields are expected here, each with its value.') : undefined,
  });
const many = <T extends z.ZodType>(item: T) =>
  z.array(item, { error: 'A list is expected here: each entry begins with “- ”.' }).max(64, 'There are more than 64 of them.');

function notText(input: unknown): string {
  if (input === undefined) return 'It is missing.';
  const keys = typeof input === 'object' && input !== null && !Array.isArray(input) ? Object.keys(input) : [];
  const [key] = keys;
  if (key !== undefined && keys.length === 1 && parameterName.test(key)) {
    return `Put it into quotes, '{${key}}': without them YAML takes the braces for its own.`;
  }
  return 'A text is expected here.';
}

export const parameterFields = fields({
  label: short.optional(),
  type: text.optional(),
  help: text.max(2000, 'It is longer than 2000 characters.').optional(),
  default: text.optional(),
  minimum: text.optional(),
  maximum: text.optional(),
  choices: list.optional(),
});

const disk = fields({
  device: text,
  format: text.optional(),
  path: text.optional(),
  volume: text.optional(),
  method: text.optional(),
  image: text.optional(),
  checksum: text.optional(),
  size: text.optional(),
  grow: text.optional(),
});

const vif = fields({
  bridge: text,
  mac: text.optional(),
  ip: text.optional(),
  lastIp: text.optional(),
  prefix: text.optional(),
  gateway: text.optional(),
  dns: list.optional(),
});

/** A template as its file has it; docs/templates.md explains the fields. `version` is the format's. */
export const templateFile = fields({
  version: z.literal('1', { error: 'Write version: 1, the only one there is.' }),
  name: short.min(1, 'A template needs a name.'),
  description: text.max(2000, 'It is longer than 2000 characters.').optional(),
  icon: short.optional(),
  type: text,
  tags: list.optional(),
  parameters: z.record(text, parameterFields, { error: 'Parameters are expected here, each with its fields.' }).optional(),
  memory: text,
  maximumMemory: text.optional(),
  vcpus: text.optional(),
  boot: fields({
    kernel: text.optional(),
    kernelChecksum: text.optional(),
    ramdisk: text.optional(),
    ramdiskChecksum: text.optional(),
    commandLine: text.optional(),
    bootloader: text.optional(),
    firmware: text.optional(),
  }),
  disks: many(disk).optional(),
  media: many(fields({ device: text, path: text })).optional(),
  vifs: many(vif).optional(),
  cloudInit: fields({
    device: text.optional(),
    path: text.optional(),
    hostname: text.optional(),
    user: text.optional(),
    keys: list.optional(),
    packages: list.optional(),
    userData: text.optional(),
  }).optional(),
  console: text.optional(),
  onPoweroff: text.optional(),
  onReboot: text.optional(),
  onCrash: text.optional(),
  extra: text.max(65_536, 'It is longer than 64 KiB.').optional(),
  selinux: fields({ booleans: list.optional(), whenAbsent: text.optional() }).optional(),
  autostart: text.optional(),
  ready: text.optional(),
  stable: text.optional(),
});

export type TemplateFile = z.infer<typeof templateFile>;
export type ParameterFields = z.infer<typeof parameterFields>;

type Place = readonly (string | number)[];

/** The names of the fields at a place of the schema, for “did you mean”. Empty where any name may stand. */
export function fieldsAt(place: Place): readonly string[] {
  let schema: z.ZodType | undefined = templateFile;
  for (const step of place) {
    schema = inner(schema);
    if (schema instanceof z.ZodArray) schema = schema.element as z.ZodType;
    else if (schema instanceof z.ZodRecord) schema = schema.valueType as z.ZodType;
    else if (schema instanceof z.ZodObject && typeof step === 'string') schema = schema.shape[step];
    else return [];
  }
  schema = inner(schema);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function inner(schema: z.ZodType | undefined): z.ZodType | undefined {
  return schema instanceof z.ZodOptional ? inner(schema.unwrap() as z.ZodType) : schema;
}
