import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SMTPServer } from 'smtp-server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Channels } from '../../src/main/channels/channels.ts';
import { memoryVault } from '../../src/main/prompts/vault.ts';
import {
  changeOf,
  channelThat,
  command,
  feed,
  hostRow,
  mail,
  memoryStore,
  nrdp,
  openTestChannels,
  slack,
  stateThat,
  testIncidents,
  webhook,
} from '../support/channels.ts';
import { patience } from '../support/patience.ts';
import { openReceiver, type Receiver } from '../support/receiver.ts';
import { selfSigned } from '../support/self-signed.ts';
import { smallDisk } from '../support/small-disk.ts';

let dir: string;
let channels: Channels | undefined;
let receivers: Receiver[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-channels-'));
  receivers = [];
});
afterEach(async () => {
  channels?.stop();
  channels = undefined;
  await Promise.all(receivers.map((each) => each.close()));
  rmSync(dir, { recursive: true, force: true });
});

async function receiver(...how: Parameters<typeof openReceiver>): Promise<Receiver> {
  const opened = await openReceiver(...how);
  receivers.push(opened);
  return opened;
}

const bodies = (of: Receiver) => of.received.map(({ body }) => JSON.parse(body));

test('the feed has exactly the three fields, or those that are mapped and added; the demo is not in it, and no figure comes twice', async () => {
  const dashboard = await receiver();
  const at = Date.now() - 2_000;
  const stamp = new Date(Math.floor(at / 1000) * 1000).toISOString().replace('.000', '');
  channels = openTestChannels(dir, {
    hosts: () => [
      hostRow('h1', { name: 'web01', at }),
      hostRow('h2', { name: 'db01', at, tags: ['db'] }),
      hostRow('demo-1', { origin: 'demo', at }),
      hostRow('h3', { name: 'gone', state: 'unreachable', at }),
    ],
  });
  const plain = feed(dashboard.url, { only: ['host:web01'] });
  channels.save({ channel: plain });
  await vi.waitFor(
    () => expect(dashboard.received.map(({ body }) => body)).toEqual([`{"server":"web01","usage_percent":85,"timestamp":"${stamp}"}`]),
    patience,
  );
  expect(dashboard.received[0]).toMatchObject({ method: 'POST', url: '/hook', headers: { 'content-type': 'application/json' } });
  channels.remove(plain.id);
  const mapped = feed(dashboard.url, {
    only: ['tag:db'],
    names: { server: 'host', usage: 'mem', timestamp: 'at' },
    extra: '{"site": "eu", "load": "{{load1}}", "words": "load {{load1}} of {{cores}}", "none": {"group": "{{group}}"}}',
  });
  channels.save({ channel: mapped });
  await vi.waitFor(() => expect(dashboard.received).toHaveLength(2), patience);
  expect(bodies(dashboard)[1]).toEqual({
    host: 'db01',
    mem: 85,
    at: stamp,
    site: 'eu',
    load: 1.5,
    words: 'load 1.5 of 4',
    none: { group: null },
  });
  channels.save({ channel: feed(dashboard.url) });
  await vi.waitFor(
    () =>
      expect(
        bodies(dashboard)
          .slice(2)
          .map(({ server }) => server)
          .sort(),
      ).toEqual(['db01', 'web01']),
    patience,
  );
});

test('a dashboard that is down, then slow, gets everything in the order of each host, and hinders no other channel', async () => {
  const [down, well] = [await receiver(), await receiver()];
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  let broken = true;
  down.answer = (_, response) => {
    if (broken) response.socket?.destroy();
    else setTimeout(() => response.end(), 20);
  };
  const [first, second] = [webhook(down.url), webhook(well.url)];
  channels.save({ channel: first });
  channels.save({ channel: second });
  incidents.push(...[1, 2, 3, 4, 5, 6].map((n) => changeOf('opened', { id: `i${n}`, hostId: `h${n % 2}` })));
  await vi.waitFor(() => expect(well.received).toHaveLength(6), patience);
  const failing = await channelThat(channels, first.id, ({ problem }) => problem !== null);
  expect(failing).toMatchObject({ waiting: 6, sent: 0, problem: { code: 'connection-lost' } });
  expect(failing.retryAt).not.toBeNull();
  broken = false;
  const before = down.received.length;
  channels.retryNow(first.id);
  await channelThat(channels, first.id, ({ sent, waiting }) => sent === 6 && waiting === 0);
  const arrived = bodies(down)
    .slice(before)
    .map(({ incident }) => incident.id);
  expect(arrived.filter((id) => Number(id[1]) % 2 === 1)).toEqual(['i1', 'i3', 'i5']);
  expect(arrived.filter((id) => Number(id[1]) % 2 === 0)).toEqual(['i2', 'i4', 'i6']);
});

test('a 4xx is the answer and final, Retry-After of a 429 is waited for, and a redirect takes the secret nowhere', async () => {
  const [dashboard, elsewhere] = [await receiver(), await receiver()];
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  const channel = webhook(dashboard.url, { signIn: { kind: 'bearer' } });
  channels.save({ channel, secret: 'canary-token' });

  dashboard.answer = ({ headers }, response) => response.writeHead(422).end(`no field “x”; you sent ${headers.authorization}\u001b[2J`);
  incidents.push(changeOf('opened'));
  const refused = await channelThat(channels, channel.id, (each) => each.refused === 1);
  expect(refused).toMatchObject({ waiting: 0, problem: null, refusal: { problem: { code: 'delivery-refused' } } });
  expect(refused.refusal?.problem.detail).toContain('no field “x”');
  expect(refused.refusal?.problem.detail).toContain('Bearer •••\\e[2J');
  expect(JSON.stringify(refused)).not.toContain('canary');
  expect(dashboard.received).toHaveLength(1);
  expect(dashboard.received[0]?.headers.authorization).toBe('Bearer canary-token');

  dashboard.answer = (_, response) => response.writeHead(307, { location: elsewhere.url }).end();
  incidents.push(changeOf('worsened'));
  const sentAway = await channelThat(channels, channel.id, (each) => each.refused === 2);
  expect(sentAway.refusal?.problem.message).toContain(new URL(elsewhere.url).host);
  expect(elsewhere.received).toEqual([]);

  let busy = 1;
  dashboard.answer = (_, response) => (busy-- > 0 ? response.writeHead(429, { 'retry-after': '2' }).end() : response.end());
  incidents.push(changeOf('resolved', { state: 'resolved' }));
  await channelThat(channels, channel.id, (each) => each.sent === 1);
  const [asked = 0, again = 0] = dashboard.received.slice(-2).map(({ at }) => at);
  expect(again - asked).toBeGreaterThanOrEqual(1_900);
});

test('a server that never answers or answers without end is left in time, and a certificate is checked against the authority that was set', async () => {
  const endless = await receiver();
  let writing: NodeJS.Timeout | undefined;
  endless.answer = ({ body }, response) => {
    if (JSON.parse(body).event === 'opened') return;
    const more = () => {
      if (response.destroyed) return;
      response.write('x'.repeat(8192));
      writing = setTimeout(more, 1);
    };
    more();
  };
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  const slow = webhook(endless.url, { timeoutMs: 1_000 });
  channels.save({ channel: slow });
  incidents.push(changeOf('opened'));
  expect((await channelThat(channels, slow.id, ({ problem }) => problem !== null)).problem?.code).toBe('request-timeout');
  channels.discard(slow.id);
  expect(await channelThat(channels, slow.id, ({ waiting }) => waiting === 0)).toMatchObject({ dropped: 1 });
  incidents.push(changeOf('resolved'));
  channels.retryNow(slow.id);
  await channelThat(channels, slow.id, ({ sent }) => sent === 1);
  clearTimeout(writing);

  const { key, cert } = await selfSigned(dir);
  const secure = await receiver((listener) => createTlsServer({ key, cert }, listener));
  const url = secure.url.replace('http://127.0.0.1', 'https://localhost');
  const untrusted = await channels.test({ channel: webhook(url) });
  expect(untrusted).toMatchObject({ outcome: 'failed', problem: { message: expect.stringContaining('an authority that is not known') } });
  expect(secure.received).toEqual([]);
  const broken = webhook(url, { authorities: cert.slice(0, 100) });
  expect(() => channels?.save({ channel: broken })).toThrow('cannot be read');
  expect(await channels.test({ channel: webhook(url, { authorities: cert }) })).toMatchObject({
    outcome: 'done',
    answer: 'HTTP 200 OK\n\nok',
  });
});

test('a test shows request and answer without the secret, which a changed address does not get, and which nothing on the disk holds', async () => {
  const [dashboard, thief] = [await receiver(), await receiver()];
  const store = memoryStore();
  channels = openTestChannels(dir, { store });
  const channel = webhook(dashboard.url, { signIn: { kind: 'basic', user: 'hum' }, headers: [{ name: 'X-Site', value: 'eu' }] });
  dashboard.answer = ({ headers }, response) => response.end(`welcome ${Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')}`);
  const report = await channels.test({ channel, secret: 'canary-secret' });
  expect(report).toMatchObject({ outcome: 'done', answer: 'HTTP 200 OK\n\nwelcome hum:•••' });
  expect(report.request).toContain(`POST ${dashboard.url}\n`);
  expect(report.request).toContain('X-Site: eu\n');
  expect(report.request).toContain('authorization: Basic •••\n');
  expect(JSON.parse(report.request.split('\n\n')[1] ?? '')).toMatchObject({ event: 'opened', test: true });
  channels.save({ channel, secret: 'canary-secret' });
  expect((await channels.test({ channel })).outcome).toBe('done');
  const moved = await channels.test({ channel: { ...channel, url: thief.url } });
  expect(moved).toMatchObject({ outcome: 'failed', problem: { code: 'secret-missing' } });
  expect(thief.received).toEqual([]);
  const state = await stateThat(channels, () => true);
  expect(state.channels[0]?.secret).toBe('memory');
  const written = readdirSync(dir).map((name) => readFileSync(join(dir, name), 'latin1'));
  expect(JSON.stringify([state, report, store.get('channels'), written])).not.toContain('canary');
});

test('a secret is read from a file for each request, and where there is none nothing is lost', async () => {
  const dashboard = await receiver();
  const incidents = testIncidents();
  const path = join(dir, 'token');
  channels = openTestChannels(dir, { incidents });
  const channel = webhook(dashboard.url, { signIn: { kind: 'header', name: 'X-Api-Key' }, secretFile: path });
  channels.save({ channel });
  incidents.push(changeOf('opened'));
  expect((await channelThat(channels, channel.id, ({ problem }) => problem !== null)).problem?.code).toBe('file-unreadable');
  writeFileSync(path, 'rotated\nsecond line\n');
  channels.retryNow(channel.id);
  await channelThat(channels, channel.id, ({ sent }) => sent === 1);
  expect(dashboard.received[0]?.headers['x-api-key']).toBe('rotated');
});

test('the queue is bounded: the oldest samples go first, incidents stay, and what was left out is counted', async () => {
  const dashboard = await receiver();
  dashboard.answer = (_, response) => response.socket?.destroy();
  const incidents = testIncidents();
  let at = Date.now();
  const channel = nrdp(dashboard.url);
  channels = openTestChannels(dir, {
    incidents,
    hosts: () => [hostRow('h1', { at }), hostRow('h2', { at })],
    now: () => at,
    limits: { most: 6, oldestMs: 10 * 3_600_000 },
  });
  channels.save({ channel, secret: 'token' });
  incidents.push(changeOf('opened'), changeOf('worsened'));
  for (const waiting of [4, 6]) {
    await channelThat(channels, channel.id, (each) => each.waiting === waiting);
    at += 5_000;
  }
  const full = await channelThat(channels, channel.id, ({ dropped }) => dropped === 2);
  expect(full.waiting).toBe(6);
  let answered = '';
  dashboard.answer = ({ body }, response) => {
    answered += new URLSearchParams(body).get('XMLDATA');
    response.end('<result><status>0</status><message>OK</message></result>');
  };
  channels.retryNow(channel.id);
  await channelThat(channels, channel.id, ({ sent, waiting }) => sent === 6 && waiting === 0);
  expect(answered.match(/<servicename>Hum Memory used</g)).toHaveLength(2);
  expect(answered.match(/<servicename>Memory</g)).toHaveLength(4);

  dashboard.answer = (_, response) => response.socket?.destroy();
  at += 5_000;
  await channelThat(channels, channel.id, ({ waiting }) => waiting === 2);
  at += 11 * 3_600_000;
  expect(await channelThat(channels, channel.id, ({ dropped }) => dropped === 4)).toMatchObject({ waiting: 2, sent: 6 });
});

test('NRDP is sent its form with performance data, and what it says within a 200 counts (a stand-in, written from its source)', async () => {
  const server = await receiver();
  server.answer = ({ body }, response) => {
    const form = new URLSearchParams(body);
    const good = form.get('token') === 'right' && form.get('cmd') === 'submitcheck';
    const [status, message] = good ? [0, 'OK'] : [-1, 'BAD TOKEN'];
    response.end(
      `<?xml version="1.0" encoding="utf-8"?>\n<result>\n  <status>${status}</status>\n  <message>${message}</message>\n</result>\n`,
    );
  };
  channels = openTestChannels(dir, { hosts: () => [hostRow('h1', { name: 'a<b>&;|c' })] });
  const channel = nrdp(server.url);
  expect(await channels.test({ channel, secret: 'wrong' })).toMatchObject({ outcome: 'refused', problem: { detail: 'BAD TOKEN' } });
  channels.save({ channel, secret: 'right' });
  await channelThat(channels, channel.id, ({ sent }) => sent > 0);
  const xml = new URLSearchParams(server.received.at(-1)?.body).get('XMLDATA') ?? '';
  expect(xml).toContain('<checkresult type="host" checktype="1"><hostname>a&lt;b&gt;&amp;,|c</hostname><state>0</state>');
  expect(xml).toContain(
    '<servicename>Memory</servicename><state>1</state><output>MEMORY WARNING - 85 % used (13.6 GiB of 16.0 GiB)|mem=85%;80;90;0;100</output>',
  );
});

test('a chat gets the words of every alert, and no name becomes a mention', async () => {
  const chat = await receiver();
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  const channel = slack();
  expect(() => channels?.save({ channel, secret: 'no address' })).toThrow('no address of a webhook');
  channels.save({ channel, secret: chat.url });
  incidents.push(changeOf('opened', { summary: 'disk of <!channel> & more is full' }));
  await channelThat(channels, channel.id, ({ sent }) => sent === 1);
  expect(bodies(chat)).toEqual([
    {
      text: `CRITICAL web01: disk of &lt;!channel&gt; &amp; more is full
Since 2006-11-07T09:25:00Z (5 min). Value 96 %, level 90 %.
Why: It was over 90 % for 5 minutes.
Clears: It clears below 85 %.
Look at: java has grown by 2 GiB`,
    },
  ]);
  expect(JSON.stringify(await stateThat(channels, () => true))).not.toContain(new URL(chat.url).host);
});

test('mail: a login, one line as subject whatever the host says, 4yz tried again, 5yz final', async () => {
  const mails: string[] = [];
  let say: Error | undefined;
  const server = new SMTPServer({
    authOptional: false,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth: ({ username, password }, _, done) => (password === 'right' ? done(null, { user: username ?? '' }) : done(new Error('no'))),
    onData(stream, _, done) {
      let text = '';
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      stream.on('end', () => {
        if (say === undefined) mails.push(text);
        done(say ?? null);
        say = undefined;
      });
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  try {
    const { port } = listening.address() as { port: number };
    const incidents = testIncidents();
    channels = openTestChannels(dir, { incidents });
    const channel = mail(port, { user: 'hum', subject: '{{what}}', text: '' });
    expect(await channels.test({ channel, secret: 'wrong' })).toMatchObject({
      outcome: 'refused',
      problem: { message: expect.stringContaining('refused the login') },
    });
    channels.save({ channel, secret: 'right' });
    say = Object.assign(new Error('greylisted'), { responseCode: 451 });
    incidents.push(changeOf('opened', { summary: 'full\r\nBcc: everybody@example.org' }));
    expect((await channelThat(channels, channel.id, ({ problem }) => problem !== null)).problem?.detail).toContain('greylisted');
    channels.retryNow(channel.id);
    await channelThat(channels, channel.id, ({ sent }) => sent === 1);
    expect(mails[0]).toContain('Subject: full\\r\\nBcc: everybody@example.org\r\n');
    expect(mails[0]).not.toMatch(/^Bcc:/m);
    expect(mails[0]).toContain('Look at: java has grown by 2 GiB');
    say = Object.assign(new Error('no such person'), { responseCode: 550 });
    incidents.push(changeOf('worsened'));
    const refused = await channelThat(channels, channel.id, (each) => each.refused === 1);
    expect(refused.refusal?.problem.detail).toContain('no such person');
  } finally {
    await new Promise<void>((resolve) => server.close(resolve));
  }
});

test('a command gets its arguments as they are, the incident on stdin and little of the environment; exit 75 is tried again', async () => {
  const program = join(dir, 'notify');
  const out = join(dir, 'out');
  const script = (end: string) =>
    `#!/bin/sh\nprintf '%s\\n' "$#" "$@" "$HUM_SEVERITY" "$SECRET_OF_HUM" >>'${out}'\ncat >>'${out}'\necho words\n${end}\n`;
  writeFileSync(program, script('exit 75'));
  chmodSync(program, 0o700);
  process.env.SECRET_OF_HUM = 'canary';
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  const channel = command(program, ['--to=ops', '{{what}}', '']);
  channels.save({ channel });
  incidents.push(changeOf('opened', { summary: '$(touch /nowhere); "`\'' }));
  const again = await channelThat(channels, channel.id, ({ problem }) => problem !== null);
  expect(again).toMatchObject({ waiting: 1, problem: { code: 'delivery-failed', message: expect.stringContaining('exited with 75') } });
  rmSync(out);
  writeFileSync(program, script('exit 0'));
  channels.retryNow(channel.id);
  await channelThat(channels, channel.id, ({ sent }) => sent === 1);
  const lines = readFileSync(out, 'utf8').split('\n');
  expect(lines.slice(0, 6)).toEqual(['3', '--to=ops', '$(touch /nowhere); "`\'', '', 'critical', '']);
  expect(JSON.parse(lines[6] ?? '')).toMatchObject({ event: 'opened', incident: { host: 'web01' } });
  writeFileSync(program, '#!/bin/sh\nexec sleep 1000\n');
  expect(await channels.test({ channel: { ...channel, timeoutMs: 1_000 } })).toMatchObject({
    outcome: 'failed',
    problem: { message: expect.stringContaining('did not end') },
  });
  delete process.env.SECRET_OF_HUM;
});

test('a new outbox is not told of last month, and what came while Hum was away is sent once, to the channels that want it', async () => {
  const dashboard = await receiver();
  const incidents = testIncidents();
  incidents.push(...Array.from({ length: 120 }, () => changeOf('opened', { id: 'old' })));
  const store = memoryStore();
  const channel = webhook(dashboard.url, { wants: { severity: 'critical', events: ['opened', 'resolved'] } });
  channels = openTestChannels(dir, { incidents, store });
  channels.save({ channel });
  channels.stop();
  incidents.push(
    changeOf('opened', { id: 'new' }),
    changeOf('acknowledged', { id: 'new' }),
    changeOf('opened', { id: 'mere', severity: 'warning' }),
  );
  for (const _ of [1, 2]) {
    channels = openTestChannels(dir, { incidents, store, vault: memoryVault() });
    await channelThat(channels, channel.id, ({ sent, waiting }) => sent === 1 && waiting === 0);
    channels.stop();
  }
  expect(bodies(dashboard).map(({ incident }) => incident.id)).toEqual(['new']);
});

test('a damaged queue is set aside and named; a full disk is told, and loses no incident', async (context) => {
  writeFileSync(join(dir, 'outbox.db'), 'no database at all '.repeat(100));
  channels = openTestChannels(dir);
  const { setAside } = await stateThat(channels, () => true);
  expect(setAside?.hint).toContain(readdirSync(dir).find((name) => name.startsWith('outbox.damaged-')) ?? 'none');
  channels.stop();

  const disk = await smallDisk(dir, 16_384);
  if (disk === undefined) return context.skip('no file system can be mounted here');
  try {
    const dashboard = await receiver();
    const incidents = testIncidents();
    channels = openTestChannels(dir, { incidents });
    channels.save({ channel: webhook(dashboard.url) });
    const ballast = openSync(join(dir, 'ballast'), 'w');
    for (let free = true; free; ) {
      try {
        writeSync(ballast, Buffer.alloc(4096));
      } catch {
        free = false;
      }
    }
    incidents.push(...Array.from({ length: 40 }, (_, n) => changeOf('opened', { id: `i${n}`, why: 'x'.repeat(8_000) })));
    const { problem } = await stateThat(channels, (state) => state.problem !== null);
    expect(problem).toMatchObject({ code: 'outbox-failed', hint: expect.stringContaining('outbox.db') });
    closeSync(ballast);
    rmSync(join(dir, 'ballast'));
    await vi.waitFor(() => expect(new Set(bodies(dashboard).flatMap(({ incident }) => incident?.id ?? [])).size).toBe(40), patience);
    await stateThat(channels, (state) => state.problem === null);
    channels.stop();
    channels = undefined;
  } finally {
    await disk.remove();
  }
});

test('whoever hears of critical ones alone is told when one becomes that, and of its end, whatever it was by then', async () => {
  const dashboard = await receiver();
  const incidents = testIncidents();
  channels = openTestChannels(dir, { incidents });
  const channel = webhook(dashboard.url, { wants: { severity: 'critical', events: ['opened', 'resolved'] } });
  channels.save({ channel });
  const mild = { severity: 'warning' } as const;
  incidents.push(
    changeOf('opened', mild),
    changeOf('worsened'),
    changeOf('eased', mild),
    changeOf('resolved', { ...mild, state: 'resolved' }),
    changeOf('opened', { ...mild, id: 'mere' }),
    changeOf('resolved', { ...mild, id: 'mere', state: 'resolved' }),
  );
  await channelThat(channels, channel.id, ({ sent, waiting }) => sent === 2 && waiting === 0);
  expect(bodies(dashboard).map(({ event, incident }) => [event, incident.id])).toEqual([
    ['worsened', 'i1'],
    ['resolved', 'i1'],
  ]);
});

test('kill -9 in the middle: every incident arrives, in the order of its host, and at most what was under way twice', async () => {
  const dashboard = await receiver();
  const channel = webhook(dashboard.url);
  const most = 60;
  const orders = JSON.stringify({ dataDir: dir, channel, most });
  const child = fileURLToPath(new URL('../support/channels-child.ts', import.meta.url));
  const rawImports = fileURLToPath(new URL('../support/raw-imports.mjs', import.meta.url));
  const kills = [20, 40];
  for (let round = 0; ; round += 1) {
    const running = spawn(process.execPath, ['--import', rawImports, child, orders], { stdio: ['ignore', 'pipe', 'inherit'] });
    const gone = once(running, 'exit');
    const killAt = kills[round];
    if (killAt === undefined) {
      await vi.waitFor(() => expect(new Set(bodies(dashboard).map(({ incident }) => incident.id)).size).toBe(most), patience);
      running.kill('SIGKILL');
      await gone;
      break;
    }
    for await (const line of createInterface({ input: running.stdout })) if (Number(line) >= killAt) running.kill('SIGKILL');
    await gone;
  }
  const arrived: number[] = bodies(dashboard).map(({ incident }) => Number(incident.id.slice(1)));
  // Four hosts' messages are under way at once at most, and Hum was killed three times.
  expect(arrived.length - most).toBeLessThanOrEqual(3 * 4);
  for (const host of [0, 1, 2]) {
    const first = [...new Set(arrived.filter((n) => n % 3 === host))];
    expect(first).toEqual(first.toSorted((left, right) => left - right));
  }
});
