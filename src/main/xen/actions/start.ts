import { shownWord } from '../../ssh/quote.ts';
import { minute, type Planner, shownDomain, titled, wait } from './steps.ts';

/** Undone by destroying, but only what this very plan has built. */
export const start: Planner<'start'> = ({ row, host, mark }) => {
  const config = row.facts.configFile ?? '';
  const args = { tool: host.toolstack, mark, config, name: row.name };
  return [
    {
      title: `Start ${titled(row.name)}`,
      host: row.host,
      action: { handler: 'xen.start', args: { ...args, what: 'start' }, shown: `${host.toolstack} create ${shownWord(config)}` },
      undo: { handler: 'xen.start', args: { ...args, what: 'undo' }, shown: `${host.toolstack} destroy ${shownDomain(row)}` },
    },
    wait(`Wait until ${titled(row.name)} runs`, row, { effect: 'running' }, minute),
  ];
};
