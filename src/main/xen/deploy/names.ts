import { domainName } from '../../../shared/contract/xen.ts';
import { expandNodeSet } from '../../../shared/node-set.ts';
import { visibleText } from '../../../shared/visible-text.ts';

/** VMs of one request. */
export const mostVms = 200;

export type VmNames =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  /** A sentence for people. */
  | { readonly kind: 'invalid'; readonly message: string };

/** Every name that a text such as `web[01-10]` stands for, in order and without repeats: each one that a VM can have. */
export function namesOf(text: string): VmNames {
  const trimmed = text.trim();
  if (trimmed === '') return invalid('Give it a name, or several as web[01-10].');
  const read = expandNodeSet(trimmed);
  if (read.kind === 'invalid') return invalid(read.message.replace('hosts', 'VMs'));
  if (read.names.length > mostVms) {
    return invalid(`That is ${read.names.length.toLocaleString('en')} VMs; ${mostVms} at most are deployed at once.`);
  }
  for (const name of read.names) {
    const why = unfitName(name);
    if (why !== undefined) return invalid(`“${visibleText(name, 60)}” cannot be the name of a VM: ${why}`);
  }
  return read;
}

/** Names of files in /etc/xen that are not read as configurations (scripts/probe.sh): a VM called so would be seen by nobody. */
const unseenFile = /^(?:xend-|x[lm]example)|\.(?:dpkg-|rpm)/;

function unfitName(name: string): string | undefined {
  if (!domainName.safeParse(name).success) return 'it begins with a letter and has letters, digits, and . _ + - (64 at most).';
  if (/^domain-0$/i.test(name)) return 'the control domain is called so.';
  if (unseenFile.test(name)) return 'its configuration would be taken for a file of another kind.';
  return undefined;
}

function invalid(message: string): VmNames {
  return { kind: 'invalid', message };
}
