import { called, nameTaken, needs, type Rule, refusal } from './rule.ts';

/** What is off has its name in its configuration only. */
export const rename: Rule<'rename'> = {
  possible(row) {
    if (row.load.state !== 'off') return needs(row, 'running', 'idle', 'paused');
    return refusal(row, 'wrong-state', `${called(row)} is not running: its name is what its configuration says.`, 'Change the name there.');
  },
  acceptable({ name }, row, around) {
    if (name === row.name) return refusal(row, 'bad-input', 'That is its name already.', 'Choose another one.');
    if (/^domain-0$/i.test(name)) return refusal(row, 'name-taken', `${name} is the control domain.`, 'Choose another name.');
    if (!nameTaken(row, row.host, name, around)) return undefined;
    return refusal(row, 'name-taken', `Another domain on this host, running or configured, is called ${name}.`, 'Choose another name.');
  },
};
