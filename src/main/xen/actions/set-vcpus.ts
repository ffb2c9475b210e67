import { command, idHere, type Planner, second, titled, wait } from './steps.ts';

export const setVcpus: Planner<'set-vcpus'> = ({ action, row, host }) => {
  // xl(1), vcpu-set: more than the host has CPUs is refused unless it is meant. Whoever set maxvcpus as high has meant it.
  const meant = (count: number) => (host.toolstack === 'xl' && count > host.cpus ? ['--ignore-host'] : []);
  const set = (count: number) => ['vcpu-set', ...meant(count), idHere, String(count)];
  return [
    {
      title: `Give ${titled(row.name)} ${action.vcpus === 1 ? 'one virtual CPU' : `${action.vcpus} virtual CPUs`}`,
      host: row.host,
      action: command(host, row, set(action.vcpus)),
      undo: command(host, row, set(Math.max(1, row.load.vcpus)), { gone: 'done' }),
    },
    wait(`Wait until ${titled(row.name)} follows`, row, { effect: 'vcpus', vcpus: action.vcpus }, 30 * second),
  ];
};
