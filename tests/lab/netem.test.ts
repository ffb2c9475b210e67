import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHandshakeGate } from '../../src/main/ssh/handshake-gate.ts';
import type { SessionStatus } from '../../src/main/ssh/session.ts';
import { createSession } from '../../src/main/ssh/ssh-session.ts';
import { type Lab, openLab } from '../support/lab.ts';
import { patienceMs } from '../support/patience.ts';
import { reaches } from '../support/sshd-target.ts';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab();
  await lab.sure('modprobe sch_netem');
});
afterAll(() => lab.close());

/**
 * As the kernel of dom0 makes it, tc-netem(8), of what it sends to Hum. More loss is in tests/integration/ssh-lossy.test.ts: here QEMU's own TCP
 * is on the way, which waits a minute after some losses.
 */
test('on a network that is 200 ms late, loses 5 % and mixes up the rest, a host is joined, its session stands, and every byte arrives', async () => {
  const sent = Buffer.from(Array.from({ length: 60_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));
  const lost: SessionStatus[] = [];
  const unfollow = lab.root.onStatus((status) => void lost.push(status));
  await lab.sure('tc qdisc replace dev eth0 root netem delay 200ms 20ms loss 5% reorder 25%');
  const session = createSession(lab.target('op'), { gate: createHandshakeGate() });
  try {
    session.start();
    await reaches(session, 'online', patienceMs);
    do {
      for (const each of [session, lab.root]) {
        const { stdout } = await each.run('echo "$1"; cat', ['hello'], { stdin: sent, timeoutMs: patienceMs });
        expect(stdout.equals(Buffer.concat([Buffer.from('hello\n'), sent]))).toBe(true);
      }
    } while (/\(dropped 0,/.test(await lab.sure('tc -s qdisc show dev eth0')));
    expect(lost).toEqual([]);
  } finally {
    unfollow();
    await session.stop();
    await reaches(lab.root, 'online', patienceMs);
    await lab.sure('tc qdisc del dev eth0 root');
  }
});
