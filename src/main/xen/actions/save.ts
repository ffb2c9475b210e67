import { shownWord } from '../../ssh/quote.ts';
import { identity, minute, type Planner, savedStateOf, shownDomain, titled, wait } from './steps.ts';

/** A saved state is a little larger than the domain's memory: its configuration and the device model's state come with it. */
const overhead = 32 * 2 ** 20;

export const save: Planner<'save'> = ({ action, row, host }) => {
  const file = action.path ?? savedStateOf(row) ?? '';
  const args = { ...identity(row), tool: host.toolstack, file, needKib: Math.ceil((row.load.memory + overhead) / 1024) };
  return [
    {
      title: `Save ${titled(row.name)} to ${titled(file)}`,
      host: row.host,
      action: {
        handler: 'xen.save',
        args: { ...args, what: 'save' },
        shown: `${host.toolstack} save ${shownDomain(row)} ${shownWord(file)}`,
      },
      undo: { handler: 'xen.save', args: { ...args, what: 'undo-save' }, shown: `${host.toolstack} restore ${shownWord(file)}` },
    },
    wait(`See that ${titled(row.name)} has given its memory back`, row, { effect: 'gone' }, 2 * minute),
  ];
};
