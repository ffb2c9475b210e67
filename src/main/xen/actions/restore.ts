import { shownWord } from '../../ssh/quote.ts';
import { identity, minute, type Planner, savedStateOf, titled, wait } from './steps.ts';

/** The file is put aside after: the domain's disks move on, and a second restore from it would damage them. */
export const restore: Planner<'restore'> = ({ action, row, host }) => {
  const file = action.path ?? savedStateOf(row) ?? '';
  return [
    {
      title: `Restore ${titled(row.name)} from ${titled(file)}`,
      host: row.host,
      action: {
        handler: 'xen.save',
        args: { ...identity(row), tool: host.toolstack, file, needKib: 0, what: 'restore' },
        shown: `${host.toolstack} restore ${shownWord(file)} && mv ${shownWord(file)} ${shownWord(`${file}.restored`)}`,
      },
      undo: null,
    },
    wait(`Wait until ${titled(row.name)} runs`, row, { effect: 'running' }, minute),
  ];
};
