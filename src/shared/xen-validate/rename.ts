import { called, needs, type Rule, refusal } from './rule.ts';

/** What is off has its name in its configuration only. */
export const rename: Rule<'rename'> = {
  possible(row) {
    if (row.load.state !== 'off') return needs(row, 'running', 'idle', 'paused');
    return refusal(row, 'wrong-state', `${called(row)} is not running: its name is what its configuration says.`, 'Change the name there.');
  },
  acceptable({ name }, row, around) {
    if (name === row.name) return refusal(row, 'bad-input', 'That is its name already.', 'Choose another one.');
    if (/^domain-0$/i.test(name)) return refusal(row, 'name-taken', `${name} is the control domain.`, 'Choose another name.');
    if (!around.hasName(row.host, name)) return undefined;
    return refusal(row, 'name-taken', `There is a domain called ${name} on this host already.`, 'Choose another name.');
  },
};
