import type { Step } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import { command, idHere, minute, type Planner, titled, wait } from './steps.ts';

/** `xl migrate` goes by ssh from host to host, with the keys that root has there: xl(1), migrate. A migration that fails leaves the domain where it is. */
export const migrate: Planner<'migrate'> = ({ row, host, target }) => {
  if (target === undefined) return [];
  const to = `${target.user}@${target.address}`;
  const port = String(target.port);
  const devices = [
    ...new Set(row.facts.vifs.flatMap(({ bridge }) => (bridge === null ? [] : [`bridge=${bridge}`]))),
    ...row.facts.disks.flatMap(({ target: path }) => (path.startsWith('/') ? [`disk=${path}`] : [])),
  ];
  const look: Step[] = [
    {
      title: `See that this host may log in to ${titled(target.name)}`,
      host: row.host,
      action: {
        handler: 'xen.destination',
        args: { what: 'ssh', words: [port, to], receiver: target.name },
        shown: `ssh -o BatchMode=yes -p ${port} ${shownWord(to)} true`,
      },
      undo: null,
    },
  ];
  if (devices.length > 0) {
    const paths = devices.map((device) => device.replace(/^bridge=/, '/sys/class/net/').replace(/^disk=/, ''));
    look.push({
      title: `See that ${titled(target.name)} has its bridges and disks`,
      host: target.host,
      action: {
        handler: 'xen.destination',
        args: { what: 'devices', words: devices, receiver: target.name },
        shown: `ls -d ${paths.map(shownWord).join(' ')}`,
      },
      undo: null,
    });
  }
  return [
    ...look,
    {
      title: `Migrate ${titled(row.name)} to ${titled(target.name)}`,
      host: row.host,
      action: command(host, row, ['migrate', '-s', `ssh -o BatchMode=yes -p ${port}`, idHere, to]),
      undo: null,
    },
    wait(`Wait until ${titled(row.name)} runs on ${titled(target.name)}`, row, { effect: 'running' }, minute, target.host),
  ];
};
