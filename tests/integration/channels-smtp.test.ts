import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Channels } from '../../src/main/channels/channels.ts';
import type { ChannelOf } from '../../src/shared/contract/channels.ts';
import { changeOf, channelThat, mail, openTestChannels, testIncidents } from '../support/channels.ts';
import { selfSigned } from '../support/self-signed.ts';

const secret = 'correct horse battery staple';
let certificates: string;
/** The data folder of one test. */
let dir: string;
/** Two certificates for `localhost`, each its own authority. */
let own: { readonly key: string; readonly cert: string };
let other: { readonly key: string; readonly cert: string };
let channels: Channels | undefined;
let ends: (() => Promise<unknown>)[];

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'hum-certificates-'));
  own = await selfSigned(certificates);
  other = await selfSigned(certificates);
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-channels-smtp-'));
  ends = [];
});
afterEach(async () => {
  channels?.stop();
  channels = undefined;
  await Promise.all(ends.map((end) => end()));
  rmSync(dir, { recursive: true, force: true });
});
afterAll(() => rmSync(certificates, { recursive: true, force: true }));

interface MailServer {
  readonly port: number;
  readonly mails: { readonly text: string; readonly secure: boolean; readonly user: string | undefined }[];
  /** What the clients sent, as it went over the wire. */
  readonly heard: () => string;
}

/** A server that takes the one password, over TLS or not, and a tap on the wire before it. */
async function mailServer(options: SMTPServerOptions): Promise<MailServer> {
  const mails: MailServer['mails'] = [];
  const pieces: Buffer[] = [];
  const server = new SMTPServer({
    onAuth: ({ username, password }, _, done) => (password === secret ? done(null, { user: username ?? '' }) : done(new Error('no'))),
    onData(stream, session, done) {
      const text: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => text.push(chunk));
      stream.on('end', () => {
        mails.push({ text: Buffer.concat(text).toString('utf8'), secure: session.secure, user: session.user });
        done(null);
      });
    },
    ...options,
  });
  // A client that ends the handshake is an error to the server.
  server.on('error', () => undefined);
  const behind = server.listen(0, '127.0.0.1');
  await once(behind, 'listening');
  const sockets = new Set<Socket>();
  const tap = createServer((near) => {
    const far = connect((behind.address() as { port: number }).port, '127.0.0.1');
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('error', () => to.destroy());
      from.pipe(to);
    }
    near.on('data', (chunk: Buffer) => pieces.push(chunk));
  });
  tap.listen(0, 'localhost');
  await once(tap, 'listening');
  ends.push(
    () => new Promise((resolve) => tap.close(resolve)),
    () => new Promise<void>((resolve) => server.close(resolve)),
    async () => {
      for (const socket of sockets) socket.destroy();
    },
  );
  return { port: (tap.address() as { port: number }).port, mails, heard: () => Buffer.concat(pieces).toString('latin1') };
}

const channelTo = ({ port }: MailServer, change: Partial<ChannelOf<'mail'>> = {}) =>
  mail(port, { server: 'localhost', security: 'starttls', authorities: own.cert, user: 'hum', ...change });

/** Neither the password nor a mail, in any of the ways in which they could be written. */
function expectNothingInTheClear({ heard }: MailServer): void {
  const said = heard();
  expect(said).not.toMatch(/^(?:AUTH |MAIL FROM|RCPT TO|DATA\r)/m);
  for (const written of [secret, Buffer.from(secret).toString('base64'), Buffer.from(`\0hum\0${secret}`).toString('base64')]) {
    expect(said).not.toContain(written);
  }
}

describe('mail under encryption', () => {
  test.each(['starttls', 'tls'] as const)(
    '%s with the authority of the channel: the login and the mail go inside of it',
    async (security) => {
      const server = await mailServer({ ...own, secure: security === 'tls' });
      const incidents = testIncidents();
      channels = openTestChannels(dir, { incidents });
      const channel = channelTo(server, { security });
      channels.save({ channel, secret });
      incidents.push(changeOf('opened', { summary: 'web01 is full' }));
      await channelThat(channels, channel.id, ({ sent }) => sent === 1);
      expect(server.mails).toEqual([{ text: expect.stringContaining('web01 is full'), secure: true, user: 'hum' }]);
      expect(server.heard().includes('STARTTLS\r\n')).toBe(security === 'starttls');
      expectNothingInTheClear(server);
    },
  );

  test('a server that offers no STARTTLS is told nothing, and Hum says why: somebody on the way may have taken the offer out', async () => {
    const server = await mailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    const incidents = testIncidents();
    channels = openTestChannels(dir, { incidents });
    const channel = channelTo(server);
    expect(await channels.test({ channel, secret })).toMatchObject({
      outcome: 'failed',
      problem: {
        message: `localhost:${server.port} did not begin TLS, so nothing was sent to it.`,
        hint: expect.stringContaining('encryption'),
      },
    });
    channels.save({ channel, secret });
    incidents.push(changeOf('opened'));
    const waits = await channelThat(channels, channel.id, ({ problem }) => problem !== null);
    expect(waits).toMatchObject({
      sent: 0,
      waiting: 1,
      problem: { message: `localhost:${server.port} did not begin TLS, so nothing was sent to it.` },
    });
    expect(server.heard()).toMatch(/^EHLO /);
    expect(server.mails).toEqual([]);
    expectNothingInTheClear(server);
  });

  test('a port that speaks in the clear where TLS is to begin at once, and one where nobody listens, are told apart', async () => {
    const server = await mailServer({ disabledCommands: ['STARTTLS'], allowInsecureAuth: true });
    channels = openTestChannels(dir, { incidents: testIncidents() });
    expect(await channels.test({ channel: channelTo(server, { security: 'tls' }), secret })).toMatchObject({
      outcome: 'failed',
      problem: { message: `localhost:${server.port} did not begin TLS, so nothing was sent to it.` },
    });
    expect(server.mails).toEqual([]);
    expectNothingInTheClear(server);
    expect(await channels.test({ channel: channelTo({ ...server, port: 1 }), secret })).toMatchObject({
      outcome: 'failed',
      problem: { code: 'connection-refused', message: 'localhost:1 refused the connection.' },
    });
  });

  test.each(['starttls', 'tls'] as const)(
    '%s with a certificate of another authority: nothing is sent, and Hum says what it lacks',
    async (security) => {
      const server = await mailServer({ ...other, secure: security === 'tls' });
      channels = openTestChannels(dir, { incidents: testIncidents() });
      for (const authorities of [own.cert, '']) {
        expect(await channels.test({ channel: channelTo(server, { security, authorities }), secret })).toMatchObject({
          outcome: 'failed',
          problem: {
            message: `localhost:${server.port} shows a certificate of an authority that is not known here.`,
            hint: 'Enter the certificate of its authority in the channel.',
          },
        });
      }
      expect(server.mails).toEqual([]);
      expectNothingInTheClear(server);
    },
  );

  test('a certificate for another name is refused, though its authority is known', async () => {
    const server = await mailServer(own);
    channels = openTestChannels(dir, { incidents: testIncidents() });
    const { address } = await lookup('localhost');
    expect(await channels.test({ channel: channelTo(server, { server: address }), secret })).toMatchObject({
      outcome: 'failed',
      problem: { message: expect.stringContaining('shows a certificate for another name') },
    });
    expect(server.mails).toEqual([]);
    expectNothingInTheClear(server);
  });
});
