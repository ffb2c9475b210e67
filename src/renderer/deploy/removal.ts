import { create } from 'zustand';
import type { RemovalDisk } from '../../shared/contract/deploy.ts';
import { visibleText } from '../../shared/visible-text.ts';

/** The VM that the dialog is about, by its key. */
export interface AskedRemoval {
  readonly host: string;
  readonly key: string;
  readonly name: string;
  /** Counts up, so that asking again begins anew. */
  readonly asked: number;
}

/** The one dialog that removes a VM, or null. */
export const useRemoval = create<{ readonly open: AskedRemoval | null }>(() => ({ open: null }));

let asked = 0;

/** Opens the dialog for this VM. */
export function askRemoval({ host, key, name }: Pick<AskedRemoval, 'host' | 'key' | 'name'>): void {
  asked += 1;
  useRemoval.setState({ open: { host, key, name, asked } });
}

/** Closes it. What has been started goes on. */
export function closeRemoval(): void {
  useRemoval.setState({ open: null });
}

/** Why a disk is not offered, null where it is: "used by db01 and web02 too". */
export function whyNotOffered({ kind, sharedWith }: Pick<RemovalDisk, 'kind' | 'sharedWith'>): string | null {
  if (sharedWith.length > 0) {
    const names = sharedWith.slice(0, 3).map((name) => visibleText(name, 60));
    const more = sharedWith.length - names.length;
    return `Stays: it is used by ${more > 0 ? `${names.join(', ')} and ${more} more` : names.join(' and ')} too.`;
  }
  return kind === 'other' ? 'Stays: it is not on the host, or neither a file nor a volume that Hum can remove.' : null;
}

/** What happens to what was ticked, in one sentence. */
export function keptWords(disks: number, keepDays: number): string {
  if (keepDays === 0) return 'What is removed is gone at once, and nothing brings it back.';
  const days = keepDays === 1 ? 'one day' : `${keepDays} days`;
  return `What is removed lies in a trash folder on the host for ${days}${disks === 0 ? '' : ', and takes its room there'}; until then it can be taken from there.`;
}
