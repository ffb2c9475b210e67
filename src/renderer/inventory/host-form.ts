import { address as addressSchema, type HostDraft, hostDraft } from '../../shared/contract/inventory.ts';
import { expandNodeSet } from '../../shared/node-set.ts';

/** What stands in the fields of "Add a host", as typed. */
export interface HostFormValues {
  readonly address: string;
  readonly name: string;
  readonly user: string;
  readonly port: string;
  readonly keyFile: string;
  readonly group: string;
  readonly tags: readonly string[];
}

export type HostFormField = keyof HostFormValues;
export type FieldErrors = Readonly<Partial<Record<HostFormField, string>>>;

export type FormReading = { readonly kind: 'draft'; readonly draft: HostDraft } | { readonly kind: 'errors'; readonly errors: FieldErrors };

/** The fields as they are offered for a new host; `user` is the console's own login name. */
export function emptyHostForm(user: string): HostFormValues {
  return { address: '', name: '', user, port: '22', keyFile: '', group: '', tags: [] };
}

/** The draft that the fields stand for, or the first thing wrong with each field. An empty optional field means "none". */
export function readHostForm(values: HostFormValues): FormReading {
  const parsed = hostDraft.safeParse({
    address: values.address,
    name: optional(values.name),
    user: values.user,
    port: portOf(values.port),
    keyFile: optional(values.keyFile),
    group: optional(values.group),
    tags: values.tags,
  });
  const errors = errorsByField(parsed.error?.issues ?? []);
  const address = errors.address ?? addressError(values.address.trim());
  if (parsed.success && address === undefined) return { kind: 'draft', draft: parsed.data };
  return { kind: 'errors', errors: address === undefined ? errors : { ...errors, address } };
}

/** What is wrong with an address or a range of them, as the console would say when it is sent. */
function addressError(text: string): string | undefined {
  const expanded = expandNodeSet(text);
  if (expanded.kind === 'invalid') return expanded.message;
  for (const name of expanded.names) {
    const message = addressSchema.safeParse(name).error?.issues[0]?.message;
    if (message !== undefined) return message;
  }
  return undefined;
}

/** The first message for each field; an error inside a list counts for its field. */
export function errorsByField(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): FieldErrors {
  const errors: Partial<Record<HostFormField, string>> = {};
  for (const issue of issues) {
    const field = fields.find((candidate) => candidate === issue.path[0]);
    if (field && errors[field] === undefined) errors[field] = issue.message;
  }
  return errors;
}

const fields: readonly HostFormField[] = ['address', 'name', 'user', 'port', 'keyFile', 'group', 'tags'];

/** What was typed, without blanks around it; null for nothing. */
export function optional(text: string): string | null {
  const trimmed = text.trim();
  return trimmed === '' ? null : trimmed;
}

/** The port as a number; NaN, which no schema accepts, for what is not written in digits. */
export function portOf(text: string): number {
  return /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : Number.NaN;
}
