/**
 * A process of its own that runs one plan on a real host, to be killed in the middle: `node --import raw-imports.mjs plans-child.ts <json>`.
 * Prints "started" once the plan is in the journal.
 */
import { commandAction } from '../../src/main/plans/command-step.ts';
import type { Step } from '../../src/main/plans/plan.ts';
import { openPlans } from '../../src/main/plans/plans.ts';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';

export interface ChildOrders {
  readonly dataDir: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly steps: readonly { readonly title: string; readonly argv: readonly string[]; readonly undo: readonly string[] }[];
}

const orders: ChildOrders = JSON.parse(process.argv[2] ?? '');
const { dataDir, port, user, key, knownHosts } = orders;

const session = createSession(
  {
    id: 'h1',
    address: '127.0.0.1',
    port,
    user,
    keyFiles: [key],
    explicitKeys: true,
    agent: undefined,
    knownHosts: createKnownHosts({ files: [knownHosts], appendTo: knownHosts }),
  },
  { gate: createHandshakeGate() },
);
session.onStatus((status) => {
  if (status.state !== 'online') return;
  const plans = openPlans({
    dataDir,
    handlers: {},
    runner: () => session,
    hostName: () => 'xen-a',
    onStep: async () => undefined,
    by: 'tester',
    log: { info: () => undefined, error: () => undefined },
  });
  const steps = orders.steps.map(
    ({ title, argv, undo }): Step => ({
      title,
      host: 'h1',
      action: commandAction({ argv, timeoutMs: 120_000 }),
      undo: commandAction({ argv: undo }),
    }),
  );
  plans.start([{ kind: 'test', title: 'To be killed', host: 'h1', subject: 'files', steps }]);
  process.stdout.write('started\n');
});
session.start();
