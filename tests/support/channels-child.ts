/**
 * A process of its own with a channel, to be killed in the middle: `node --import raw-imports.mjs channels-child.ts <json>`. Its rules open incidents
 * of three hosts in turn, as fast as they go; how many there are stands in a file, as the rules' own stand on the disk. Prints a line for each ten.
 */
import { readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Channel } from '../../src/shared/contract/channels.ts';
import type { IncidentChange } from '../../src/shared/incident.ts';
import { changeOf, memoryStore, openTestChannels } from './channels.ts';

const orders: { readonly dataDir: string; readonly channel: Channel; readonly most: number } = JSON.parse(process.argv[2] ?? '');
const countPath = join(orders.dataDir, 'incidents');
let count = readCount();
const listeners = new Set<(change: IncidentChange) => void>();

function readCount(): number {
  try {
    return Number(readFileSync(countPath, 'utf8'));
  } catch {
    return 0;
  }
}

const change = (sequence: number) => changeOf('opened', { id: `i${sequence}`, hostId: `h${sequence % 3}`, host: `web0${sequence % 3}` });

openTestChannels(orders.dataDir, {
  store: memoryStore({ channels: [orders.channel] }),
  incidents: {
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    changesSince: (since) =>
      Array.from({ length: Math.min(20, count - since) }, (_, index) => ({
        sequence: since + index + 1,
        change: change(since + index + 1),
      })),
    open: () => [],
  },
});

function open(): void {
  if (count >= orders.most) return;
  count += 1;
  writeFileSync(countPath, String(count));
  for (const listener of listeners) listener(change(count));
  if (count % 10 === 0) writeSync(1, `${count}\n`);
  setImmediate(open);
}
open();
