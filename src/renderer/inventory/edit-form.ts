import { type HostChange, hostChange, type InventoryHost } from '../../shared/contract/inventory.ts';
import { errorsByField, type FieldErrors, type HostFormField, type HostFormValues, optional, portOf } from './host-form.ts';

/** The fields as the chosen hosts have them. A field in which they differ is empty and named in `mixed`. */
export interface CommonFields {
  readonly values: HostFormValues;
  readonly mixed: ReadonlySet<HostFormField>;
}

/** What several hosts have in common. Of tags: those that every one of them carries. */
export function commonFields(hosts: readonly InventoryHost[]): CommonFields {
  const mixed = new Set<HostFormField>();
  const common = (field: HostFormField, read: (host: InventoryHost) => string): string => {
    const [first, ...others] = hosts.map(read);
    if (first === undefined || others.every((other) => other === first)) return first ?? '';
    mixed.add(field);
    return '';
  };
  const values: HostFormValues = {
    address: common('address', (host) => host.address),
    name: common('name', (host) => host.name),
    user: common('user', (host) => host.user),
    port: common('port', (host) => String(host.port)),
    keyFile: common('keyFile', (host) => host.keyFile ?? ''),
    group: common('group', (host) => host.group ?? ''),
    tags: commonTags(hosts),
  };
  return { values, mixed };
}

export interface TagChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

export interface Edit {
  readonly change: HostChange;
  readonly tags: TagChange;
}

export type EditReading =
  | { readonly kind: 'edit'; readonly edit: Edit; readonly changes: boolean }
  | { readonly kind: 'errors'; readonly errors: FieldErrors };

/** What saving would change: only the fields that were touched. Several hosts keep their own name and address whatever stands there. */
export function readEditForm(before: CommonFields, after: HostFormValues, hostCount: number): EditReading {
  const touched = (field: HostFormField): boolean => after[field] !== before.values[field];
  const change: Record<string, unknown> = {};
  if (hostCount === 1 && touched('address')) change.address = after.address;
  if (hostCount === 1 && touched('name')) change.name = optional(after.name) ?? after.address;
  if (touched('user')) change.user = after.user;
  if (touched('port')) change.port = portOf(after.port);
  if (touched('keyFile')) change.keyFile = optional(after.keyFile);
  if (touched('group')) change.group = optional(after.group);
  const tags = {
    add: after.tags.filter((tag) => !before.values.tags.includes(tag)),
    remove: before.values.tags.filter((tag) => !after.tags.includes(tag)),
  };
  const parsed = hostChange.safeParse(change);
  const badTags = hostChange.safeParse({ tags: after.tags });
  const issues = [...(parsed.error?.issues ?? []), ...(badTags.error?.issues ?? [])];
  if (!parsed.success || issues.length > 0) return { kind: 'errors', errors: errorsByField(issues) };
  const changes = Object.keys(change).length + tags.add.length + tags.remove.length > 0;
  return { kind: 'edit', edit: { change: parsed.data, tags }, changes };
}

function commonTags(hosts: readonly InventoryHost[]): readonly string[] {
  const [first, ...others] = hosts;
  return (first?.tags ?? []).filter((tag) => others.every((host) => host.tags.includes(tag)));
}
