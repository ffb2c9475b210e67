import type { PromptView } from '../../shared/contract/prompts.ts';
import { visibleText } from '../../shared/visible-text.ts';

const mostNamed = 3;

/** "root on bastion:22, the jump host for web01:22, waits." or "root on a:22, root on b:22 and 498 more wait." */
export function whoWaits({ hosts, hostCount }: Pick<PromptView, 'hosts' | 'hostCount'>): string {
  const named = hosts.slice(0, mostNamed).map(({ place, user, hop }) => {
    const host = `${visibleText(user, 60)} on ${visibleText(place, 120)}`;
    return hop === null ? host : `${host}, the jump host for ${visibleText(hop, 120)},`;
  });
  const more = hostCount - named.length;
  if (more > 0) return `${named.join(', ')} and ${more} more wait.`;
  const [last = 'A host'] = named.slice(-1);
  const before = named.slice(0, -1);
  return before.length === 0 ? `${last} waits.` : `${before.join(', ')} and ${last} wait.`;
}
