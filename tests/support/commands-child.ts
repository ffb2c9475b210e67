/**
 * A process of its own that runs a command on a real host, to be killed in the middle: `node --import raw-imports.mjs commands-child.ts <json>`.
 * Prints "begun" once the run is in the journal.
 */
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import { createKnownHosts } from '../../src/main/ssh/known-hosts.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { commandsOn, draft } from './commands.ts';

export interface ChildOrders {
  readonly dataDir: string;
  readonly port: number;
  readonly user: string;
  readonly key: string;
  readonly knownHosts: string;
  readonly text: string;
}

const orders: ChildOrders = JSON.parse(process.argv[2] ?? '');
const { dataDir, port, user, key, knownHosts } = orders;
const known = createKnownHosts({ files: [knownHosts], appendTo: knownHosts });
const session = createSession(
  { id: 'h1', address: '127.0.0.1', port, user, keyFiles: [key], explicitKeys: true, agent: undefined, knownHosts: known },
  { gate: createHandshakeGate() },
);
session.onStatus((status) => {
  if (status.state !== 'online') return;
  // The second is not connected, the third waits for its turn.
  const commands = commandsOn(dataDir, { h2: undefined, h1: session, h3: session });
  commands.begin(draft(orders.text, ['h2', 'h1', 'h3'], { atOnce: 1 }));
  process.stdout.write('begun\n');
});
session.start();
