import type { Action } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import { type Planner, titled } from './steps.ts';

export const setAutostart: Planner<'set-autostart'> = ({ action, row }) => {
  const config = row.facts.configFile ?? '';
  const link = `/etc/xen/auto/${config.split('/').at(-1)}`;
  const set = (on: boolean): Action => ({
    handler: 'xen.autostart',
    args: { what: on ? 'on' : 'off', config },
    shown: on ? `ln -s ${shownWord(config)} ${shownWord(link)}` : `rm ${shownWord(link)}`,
  });
  return [
    {
      title: action.on ? `Start ${titled(row.name)} with its host` : `Start ${titled(row.name)} no more with its host`,
      host: row.host,
      action: set(action.on),
      undo: set(!action.on),
    },
  ];
};
