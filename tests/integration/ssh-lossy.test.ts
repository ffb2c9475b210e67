import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Session, SessionStatus } from '../../src/main/ssh/session.ts';
import { type LossyNetwork, lossyNetwork, noLossyNetwork } from '../support/lossy-network.ts';
import { patienceMs } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, reaches, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

const why = noLossyNetwork();

describe.skipIf(why !== '')(`a network that loses packets${why === '' ? '' : `: skipped, ${why}`}`, () => {
  let rig: Rig;
  let key: KeyPair;
  let network: LossyNetwork;
  let server: Server;

  beforeAll(async () => {
    rig = await openRig();
    key = await rig.clientKey();
    network = lossyNetwork();
    server = await rig.sshd({ listen: [network.address], within: network.within });
  });
  afterEach(async () => {
    network.lose(0, 'to');
    network.reorder(0);
    await stopSessions();
  });
  afterAll(async () => {
    network?.close();
    await rig?.close();
  });

  /** What it became, but for the way to its first connection. */
  async function joined(): Promise<{ session: Session; lost: SessionStatus[] }> {
    const session = await online(sessionFor(await targetFor(rig, server, { key })));
    const lost: SessionStatus[] = [];
    session.onStatus((status) => void lost.push(status));
    return { session, lost };
  }

  /** There and back. */
  async function exchange(session: Session): Promise<void> {
    const sent = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7 + (index >> 8)) & 255));
    const { stdout } = await session.run('echo "$1"; cat', ['hello'], { stdin: sent, timeoutMs: patienceMs });
    expect(stdout.equals(Buffer.concat([Buffer.from('hello\n'), sent]))).toBe(true);
  }

  test.each([
    [0.05, 'to'],
    [0.05, 'from'],
    [0.3, 'to'],
    [0.3, 'from'],
  ] as const)(
    'of which %d are lost %s the host is slow and nothing worse: the connection stands, and every byte arrives',
    async (part, way) => {
      network.lose(part, way);
      const { session, lost } = await joined();
      do await exchange(session);
      while (network.dropped < 20);
      expect(lost).toEqual([]);
    },
  );

  test('and one that swallows everything is told within ConnectTimeout, and is used again when it carries', async () => {
    network.lose(1, 'to');
    const session = sessionFor(await targetFor(rig, server, { key, connectTimeoutMs: 1000 }));
    const { state, problem } = await firstProblem(session);
    expect([state, problem.code, problem.message]).toEqual(['unreachable', 'connect-timeout', expect.stringContaining('within 1 s')]);
    network.lose(0, 'to');
    session.retryNow();
    await reaches(session, 'online');
  });

  test('and one on which packets overtake each other changes nothing in what arrives', async () => {
    const { session, lost } = await joined();
    network.reorder(0.25);
    const before = network.overtaken;
    do await exchange(session);
    while (network.overtaken < before + 20);
    expect(lost).toEqual([]);
  });
});
