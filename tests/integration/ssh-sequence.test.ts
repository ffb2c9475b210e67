import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { watchForLeaks } from '../support/leaks.ts';
import { clearPacket, type Game, type Meddler, meddler, message } from '../support/packet-games.ts';
import { type KeyPair, openRig, type Rig, type Server } from '../support/sshd.ts';
import { firstProblem, online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

/** SSH_MSG_IGNORE and SSH_MSG_DEBUG, which RFC 4253 §11 allows at any time, and a number that nobody has given a meaning. */
const [ignore, debug, unknown] = [
  clearPacket(Buffer.from([2, 0, 0, 0, 0])),
  clearPacket(Buffer.from([4, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  clearPacket(Buffer.from([192])),
];

let rig: Rig;
let key: KeyPair;
let sshd: Server;
const meddlers: Meddler[] = [];

beforeAll(async () => {
  rig = await openRig();
  key = await rig.clientKey();
  sshd = await rig.sshd();
});
watchForLeaks();
afterEach(async () => {
  await stopSessions();
  await Promise.all(meddlers.splice(0).map((each) => each.close()));
});
afterAll(() => rig.close());

async function behind(newGame: () => Game) {
  const between = await meddler(sshd, newGame);
  meddlers.push(between);
  return sessionFor(await targetFor(rig, { port: between.port, hostKeys: sshd.hostKeys }, { key }));
}

/** Before, or in place of, one packet of those that are encrypted. */
const atEncrypted = (at: number, become: (packet: Buffer, kept: Buffer[]) => readonly Buffer[]) => (): Game => {
  const kept: Buffer[] = [];
  return (packet, { type, index }) => (type === undefined && index >= at ? become(packet, kept) : [packet]);
};
const beforeType =
  (wanted: number, added: Buffer) =>
  (): Game =>
  (packet, { type }) =>
    type === wanted ? [added, packet] : [packet];
/** Adds one packet in clear, and takes one of those after the keys, so that the count is right again: the attack itself. */
const terrapin =
  (): Game =>
  (packet, { type, index }) => {
    if (type === message.newKeys) return [ignore, packet];
    return type === undefined && index === 0 ? [] : [packet];
  };

test('nothing is wrong with somebody in the middle who passes everything on', async () => {
  const session = await online(await behind(() => (packet) => [packet]));
  expect((await session.run('echo through')).stdout.toString()).toBe('through\n');
});

test.each<[string, () => Game]>([
  ['a packet more before the first', beforeType(message.kexInit, ignore)],
  ['a packet more before the keys', beforeType(message.newKeys, ignore)],
  ['a debug message before the keys', beforeType(message.newKeys, debug)],
  ['an unknown message before the keys', beforeType(message.newKeys, unknown)],
  ['Terrapin: a packet more before the keys, a packet less after them', terrapin],
  ['the first packet after the keys left out', atEncrypted(0, (packet, kept) => (kept.push(packet) === 1 ? [] : [packet]))],
  ['the first packet after the keys sent twice', atEncrypted(0, (packet, kept) => (kept.push(packet) === 1 ? [packet, packet] : [packet]))],
  [
    'the first two packets after the keys swapped',
    atEncrypted(0, (packet, kept) => (kept.push(packet) === 1 ? [] : [packet, ...kept.splice(0, 1)])),
  ],
  [
    'the promise of strict key exchange taken out',
    () =>
      (packet, { type }) => [
        type === message.kexInit ? Buffer.from(packet.toString('latin1').replace('kex-strict-s-', 'kex-loosely-s'), 'latin1') : packet,
      ],
  ],
])('%s: the connection ends, before anybody has logged in', async (_, game) => {
  const before = sshd.daemon.log.split('Accepted ').length;
  const status = await firstProblem(await behind(game));
  expect(status).toMatchObject({ state: 'unreachable', problem: { code: 'connection-lost' } });
  expect(sshd.daemon.log.split('Accepted ').length).toBe(before);
});

test.each<[string, (packet: Buffer, kept: Buffer[]) => readonly Buffer[]]>([
  ['left out', (packet, kept) => (kept.push(packet) === 1 ? [] : [packet])],
  ['sent twice', (packet, kept) => (kept.push(packet) === 1 ? [packet, packet] : [packet])],
  ['swapped with the next', (packet, kept) => (kept.push(packet) === 1 ? [] : [packet, ...kept.splice(0, 1)])],
  ['changed by one bit', (packet) => [Buffer.from(packet.map((byte, at) => (at === 6 ? byte ^ 1 : byte)))]],
])('a packet in the middle of a command %s: the connection ends, and so does the command', async (_, become) => {
  const session = await online(await behind(atEncrypted(12, become)));
  await expect(session.run('for i in 1 2 3 4 5 6 7 8; do echo "$i"; sleep 0.05; done')).rejects.toMatchObject({
    problem: { code: 'connection-lost' },
  });
  expect(session.status.state).not.toBe('online');
});
