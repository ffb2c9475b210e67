import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import type { Session } from '../../src/main/ssh/session.ts';
import { createTerminals, type Terminals } from '../../src/main/terminals/terminals.ts';
import { ConsoleReader } from '../support/console-reader.ts';
import { patience } from '../support/patience.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let key: KeyPair;
let sshd: Server;
const readers: ConsoleReader[] = [];

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
});
afterEach(async () => {
  for (const reader of readers.splice(0)) reader.leave();
  await stopSessions();
});
afterAll(() => rig.close());

const kept = 'hum-0123456789ab';

async function login(user: string, server = sshd): Promise<Session> {
  return online(sessionFor(await targetFor(rig, server, { key, user })));
}

function terminalsOf(session: Session, keeper: 'tmux' | 'screen'): Terminals {
  return createTerminals({
    runner: () => session,
    login: () => session,
    domain: () => undefined,
    shellManner: () => ({ keeps: keeper, forwardAgent: false }),
  });
}

async function open(terminals: Terminals, directory: string | null = null): Promise<ConsoleReader> {
  const reader = new ConsoleReader(terminals, { host: 'h1', directory, kept });
  readers.push(reader);
  await vi.waitFor(() => expect(reader.id).not.toBe(''), patience);
  return reader;
}

test.each(['tmux', 'screen'] as const)(
  'a shell in %s is found again after a cut, with what ran in it, and ends when it is closed for good',
  async (keeper) => {
    const { name } = await rig.account({ shell: '/bin/bash' });
    const session = await login(name);
    const first = await open(terminalsOf(session, keeper), '/usr/share');
    first.type('mark=still-$((40 + 2)); echo "in $PWD, re""ady"\r');
    await first.shows('in /usr/share, ready');
    await session.stop();
    expect(await first.ended()).toMatchObject({ code: 'connection-lost' });

    const again = await login(name);
    const terminals = terminalsOf(again, keeper);
    const second = await open(terminals);
    second.type('echo "<$mark>"\r');
    await second.shows('<still-42>');

    await terminals.endKept('h1', kept);
    expect(await second.ended()).toMatchObject({ code: 'cancelled' });
    const third = await open(terminals);
    third.type('echo "<$mark> anew"\r');
    await third.shows('<> anew');
    await terminals.endKept('h1', kept);
    await third.ended();
    // A second time there is nothing to end, and nothing to complain about.
    await terminals.endKept('h1', kept);
  },
);

test('a host without it says so, and gives a shell all the same', async () => {
  const bare = await rig.sshd({ mounts: [['--bind', '/dev/null', '/usr/bin/tmux']] });
  const { name } = await rig.account({ shell: '/bin/dash' });
  const reader = await open(terminalsOf(await login(name, bare), 'tmux'));
  await reader.shows('this host has no tmux');
  reader.type('echo plain $((40 + 2))\r');
  await reader.shows('plain 42');
});
