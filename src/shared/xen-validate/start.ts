import { called, needs, type Rule, refusal } from './rule.ts';

export const start: Rule<'start'> = {
  possible(row, host) {
    const wrong = needs(row, 'off');
    if (wrong !== undefined) return wrong;
    if (row.facts.configFile === null) {
      return refusal(
        row,
        'config-missing',
        `${called(row)} has no configuration on the host.`,
        'Put one into /etc/xen, or restore it from a saved state.',
      );
    }
    if (row.facts.configIsProgram && host.toolstack === 'xl') {
      const hint = 'Write it as plain settings: xl -N create says what is wrong with it.';
      return refusal(row, 'config-invalid', `The configuration of ${called(row)} is a Python program, which xl cannot read.`, hint);
    }
    if (row.facts.memoryTarget > 0 && row.facts.memoryTarget > host.memoryFree) {
      const hint = 'Shut a domain down, give one less memory, or give this one less in its configuration.';
      return refusal(row, 'memory-short', `The host has not enough free memory for ${called(row)}.`, hint);
    }
    return undefined;
  },
};
