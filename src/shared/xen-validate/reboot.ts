import { called, needs, type Rule, refusal } from './rule.ts';

export const reboot: Rule<'reboot'> = {
  possible(row) {
    const wrong = needs(row, 'running', 'idle');
    if (wrong !== undefined || row.facts.onReboot.includes('restart')) return wrong;
    const message = `${called(row)} would not come back: its configuration says on_reboot = "${row.facts.onReboot}".`;
    return refusal(row, 'wrong-state', message, 'Shut it down and start it, or change on_reboot in its configuration.');
  },
};
