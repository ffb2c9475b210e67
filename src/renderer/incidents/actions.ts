import type { RuleId, RuleSettings } from '../../shared/alert-rules.ts';
import type { Downtime, RuleScope, RulesView } from '../../shared/contract/alerts.ts';
import { formatDuration } from '../../shared/units.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { incidentCount } from './incident-words.ts';

type Ids = readonly string[];

/** What comes of it shows on the page; how many it was is said where it was several. */
const done =
  (what: string) =>
  ({ changed }: { readonly changed: number }) =>
    changed > 1 ? `${incidentCount(changed)} ${what}.` : null;

export async function acknowledge(ids: Ids, note: string): Promise<void> {
  await act({
    doing: 'Acknowledging',
    run: () => client.alerts.acknowledge({ ids: [...ids], note }),
    done: ({ changed }) => `${incidentCount(changed)} acknowledged.`,
    undo: () => ({ doing: 'Taking it back', run: () => client.alerts.unacknowledge({ ids: [...ids] }), done: () => null }),
  });
}

export async function unacknowledge(ids: Ids): Promise<void> {
  await act({ doing: 'Taking it back', run: () => client.alerts.unacknowledge({ ids: [...ids] }), done: done('fire again') });
}

export async function snooze(ids: Ids, forMs: number): Promise<void> {
  await act({
    doing: 'Snoozing',
    run: () => client.alerts.snooze({ ids: [...ids], forMs }),
    done: ({ changed }) => `${incidentCount(changed)} snoozed for ${formatDuration(forMs)}.`,
    undo: () => ({ doing: 'Taking it back', run: () => client.alerts.unacknowledge({ ids: [...ids] }), done: () => null }),
  });
}

export async function addNote(ids: Ids, note: string): Promise<void> {
  await act({ doing: 'Adding the note', run: () => client.alerts.addNote({ ids: [...ids], note }), done: done('have the note') });
}

/** Gives all rules; undefined when it failed. */
export function saveRule(rule: RuleId, scope: RuleScope, settings: RuleSettings, where: string): Promise<RulesView | undefined> {
  return act({ doing: 'Saving the rule', run: () => client.alerts.saveRule({ rule, scope, settings }), done: () => `Saved for ${where}.` });
}

/** Gives all rules; undefined when it failed. It can be brought back. */
export function removeRule(
  rule: RuleId,
  scope: RuleScope,
  settings: RuleSettings,
  onBack: (view: RulesView) => void,
): Promise<RulesView | undefined> {
  return act({
    doing: 'Removing the rule',
    run: () => client.alerts.removeRule({ rule, scope }),
    done: () => 'Removed. What is set farther away holds again.',
    undo: () => ({
      doing: 'Bringing it back',
      run: async () => onBack(await client.alerts.saveRule({ rule, scope, settings })),
      done: () => null,
    }),
  });
}

export function addDowntime(downtime: Pick<Downtime, 'scope' | 'until' | 'reason'>): Promise<RulesView | undefined> {
  return act({
    doing: 'Adding the downtime',
    run: () => client.alerts.addDowntime({ ...downtime, from: null }),
    done: () => 'Nothing new fires there until it is over.',
  });
}

export function endDowntime(id: string): Promise<RulesView | undefined> {
  return act({ doing: 'Ending the downtime', run: () => client.alerts.endDowntime({ id }), done: () => 'The downtime is over.' });
}
