import { called, needs, type Rule, refusal } from './rule.ts';

export const setVcpus: Rule<'set-vcpus'> = {
  possible: (row) => needs(row, 'running', 'idle'),
  acceptable({ vcpus }, row) {
    const { vcpusMax } = row.facts;
    if (vcpus <= vcpusMax) return undefined;
    const message = `${called(row)} was started with room for ${vcpusMax === 1 ? 'one virtual CPU' : `${vcpusMax} virtual CPUs`} at most.`;
    return refusal(row, 'bad-input', message, 'Raise maxvcpus in its configuration, and start it anew.');
  },
};
