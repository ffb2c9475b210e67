/**
 * A process of its own that keeps a history, to be killed in the middle: `node history-child.ts <file> <begin>`. It writes a sweep of 20 hosts and packs what
 * it can, without a pause, ten seconds of simulated time apart, and prints the number of each sweep when it is done.
 */
import { writeSync } from 'node:fs';
import { appendAll, livelySample, openStore } from './history.ts';

const [path = '', begin = '0'] = process.argv.slice(2);
let now = Number(begin);
const store = openStore(path, () => now);
for (let sweep = 0; ; sweep += 1) {
  now = Number(begin) + sweep * 10_000;
  appendAll(
    store,
    Array.from({ length: 20 }, (_, host) => [`h${host}`, livelySample(host, now)] as const),
  );
  store.work(2 ** 40, 1);
  writeSync(1, `${sweep}\n`);
}
