import { address as addressSchema, type HostDraft, type InventoryHost } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import { expandNodeSet } from '../../shared/node-set.ts';

/** A host before it has an id. */
export type NewHost = Omit<InventoryHost, 'id'>;

/**
 * The hosts that a draft stands for: one for each name of its range.
 * @throws HumError `bad-input` with what is wrong with the address.
 */
export function hostsOf(draft: HostDraft): NewHost[] {
  const expanded = expandNodeSet(draft.address);
  if (expanded.kind === 'invalid') throw badAddress(expanded.message);
  return expanded.names.map((name) => {
    const parsed = addressSchema.safeParse(name);
    if (!parsed.success) throw badAddress(parsed.error.issues[0]?.message ?? 'That is no address.', name);
    return {
      name: expanded.names.length === 1 && draft.name ? draft.name : parsed.data,
      address: parsed.data,
      port: draft.port,
      user: draft.user,
      keyFile: draft.keyFile,
      group: draft.group,
      tags: draft.tags,
      enabled: true,
      origin: 'manual',
    };
  });
}

function badAddress(message: string, detail?: string): HumError {
  return new HumError({
    code: 'bad-input',
    message,
    hint: 'Write a host name or an IP address; a range looks like web[01-20].example.org.',
    ...(detail === undefined ? {} : { detail }),
  });
}
