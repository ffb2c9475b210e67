import type { Script } from './script-call.ts';
import { printed } from './xen/answer.ts';

/** Every host of the demo can play the one that Nagios runs on. */
const folder = '/var/lib/nagios4';

interface Told {
  readonly host: string;
  /** Undefined for the host itself. */
  readonly service?: string;
  readonly state: 1 | 2 | 3;
  readonly soft?: boolean;
  readonly output: string;
  /** Minutes ago. */
  readonly since: number;
  readonly acknowledged?: boolean;
  readonly downtime?: boolean;
}

/** What a Nagios beside the fleet sees that Hum does not look at. */
const problems: readonly Told[] = [
  { host: 'switch-2', state: 1, output: 'PING CRITICAL - Packet loss = 100%', since: 11 },
  { host: 'backup01', service: 'Tape', state: 2, output: 'TAPE CRITICAL - drive 1 wants to be cleaned', since: 190, acknowledged: true },
  { host: 'mail01', service: 'SMTP queue', state: 1, output: 'MAILQ WARNING - 214 messages, the oldest for 37 min', since: 26 },
  { host: 'web02', service: 'HTTPS certificate', state: 1, output: 'SSL WARNING - expires in 12 days', since: 2_880 },
  { host: 'web01', service: 'HTTP', state: 2, soft: true, output: 'CRITICAL - Socket timeout after 10 seconds', since: 1 },
  { host: 'db02', service: 'Replication', state: 3, output: 'UNKNOWN - the replica is being rebuilt', since: 75, downtime: true },
];

/** As channels/nagios/read-status.sh. */
export const readNagiosStatus: Script = ({ args }) => {
  if (args[0] !== `${folder}/status.dat`) return printed('missing\n');
  const now = Math.floor(Date.now() / 1000);
  const blocks = problems.map((problem) => blockOf(problem, now));
  return printed(['ok', block('info', { created: now - 4 }), ...blocks, 'over 0', ''].join('\n'), 60);
};

/** As channels/senders/nagios-command.sh. */
export const writeNagiosCommand: Script = ({ args }) =>
  args[0] === `${folder}/rw/nagios.cmd` ? printed('') : { ...printed('missing\n'), code: 1 };

function blockOf({ host, service, state, soft, output, since, acknowledged, downtime }: Told, now: number): string {
  return block(service === undefined ? 'hoststatus' : 'servicestatus', {
    host_name: host,
    ...(service === undefined ? {} : { service_description: service }),
    current_state: state,
    state_type: soft ? 0 : 1,
    plugin_output: output,
    last_state_change: now - since * 60,
    last_check: now - 20,
    problem_has_been_acknowledged: acknowledged ? 1 : 0,
    scheduled_downtime_depth: downtime ? 1 : 0,
  });
}

function block(kind: string, fields: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return [`${kind} {`, ...lines, '}'].join('\n');
}
