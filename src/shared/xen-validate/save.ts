import { called, needs, type Rule, refusal } from './rule.ts';

/** The guest has to take part, so it may not be paused; a device that is passed through cannot be saved. */
export const save: Rule<'save'> = {
  possible(row) {
    const wrong = needs(row, 'running', 'idle');
    if (wrong !== undefined || row.facts.pci.length === 0) return wrong;
    const hint = 'Detach its PCI devices first, or shut it down instead.';
    return refusal(row, 'wrong-state', `${called(row)} uses a PCI device, and what a device holds cannot be saved.`, hint);
  },
};
