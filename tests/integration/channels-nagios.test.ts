import { randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Channels } from '../../src/main/channels/channels.ts';
import { readStatusDat } from '../../src/main/channels/nagios/status-dat.ts';
import type { Session } from '../../src/main/ssh/session.ts';
import type { NagiosSource } from '../../src/shared/contract/channels.ts';
import { changeOf, channelThat, hostRow, nagiosFile, openTestChannels, stateThat, testIncidents } from '../support/channels.ts';
import { type Nagios, startNagios } from '../support/nagios.ts';
import { patience } from '../support/patience.ts';
import { openReceiver } from '../support/receiver.ts';
import { openRig, type Rig } from '../support/sshd.ts';
import { online, sessionFor, stopSessions, targetFor } from '../support/sshd-target.ts';

let rig: Rig;
let session: Session;
let dir: string;
let nagios: Nagios | undefined;
let channels: Channels | undefined;

beforeAll(async () => {
  rig = await openRig();
  const key = await rig.clientKey();
  session = await online(sessionFor(await targetFor(rig, await rig.sshd(), { key })));
});
afterAll(async () => {
  await stopSessions();
  await rig.close();
});
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hum-nagios-'));
});
afterEach(async () => {
  channels?.stop();
  channels = undefined;
  await nagios?.stop();
  nagios = undefined;
  rmSync(dir, { recursive: true, force: true });
});

/** What stands in a block of status.dat. */
function fieldsOf(statusFile: string, kind: string, host: string, service?: string): Record<string, string> {
  const blocks = readFileSync(statusFile, 'utf8').split(/^(?=[a-z]+ \{$)/m);
  const wanted = blocks.find(
    (each) =>
      each.startsWith(`${kind} {`) &&
      each.includes(`\thost_name=${host}\n`) &&
      (service === undefined || each.includes(`\tservice_description=${service}\n`)),
  );
  return Object.fromEntries(
    (wanted ?? '').split('\n').flatMap((line) => (line.includes('=') ? [line.trim().split(/=(.*)/s).slice(0, 2)] : [])),
  );
}

test('a real nagios4 is told of hosts, memory and incidents over SSH, shows the service critical, and its problems come back', async (context) => {
  nagios = await startNagios(dir, rig.user, ['web01', 'db01'], ['Memory', 'Hum Memory used']);
  if (nagios === undefined) return context.skip('nagios4 is not installed');
  const { commandFile, statusFile } = nagios;
  const incidents = testIncidents();
  const dataDir = join(dir, 'data');
  mkdirSync(dataDir);
  channels = openTestChannels(dataDir, {
    incidents,
    hosts: () => [hostRow('h1', { name: 'web01' }), hostRow('h2', { name: 'db01', state: 'unreachable' })],
    runner: () => session,
    hostName: () => 'nagios',
  });
  const channel = nagiosFile(commandFile);
  channels.save({ channel });
  incidents.push(changeOf('opened', { hostId: 'h1', host: 'web01', summary: 'Memory; | full\n[1] SHUTDOWN_PROGRAM' }));
  await vi.waitFor(() => {
    expect(fieldsOf(statusFile, 'servicestatus', 'web01', 'Memory')).toMatchObject({
      current_state: '1',
      plugin_output: 'MEMORY WARNING - 85 % used (13.6 GiB of 16.0 GiB)',
      performance_data: 'mem=85%;80;90;0;100',
    });
    expect(fieldsOf(statusFile, 'servicestatus', 'web01', 'Hum Memory used')).toMatchObject({
      current_state: '2',
      performance_data: 'value=96%;;90',
    });
    expect(fieldsOf(statusFile, 'hoststatus', 'web01')).toMatchObject({ current_state: '0', plugin_output: 'UP - Hum is connected' });
    expect(fieldsOf(statusFile, 'hoststatus', 'db01')).toMatchObject({ current_state: '1' });
  }, patience);

  const source: NagiosSource = {
    kind: 'file',
    id: randomUUID(),
    name: 'Nagios',
    intervalMs: 5_000,
    host: 'n1',
    path: statusFile,
    as: 'login',
  };
  channels.saveSource(source, undefined);
  const { sources } = await stateThat(channels, (state) => (state.sources[0]?.readAt ?? null) !== null);
  expect(sources[0]).toMatchObject({ problem: null, from: `nagios:${statusFile}`, count: 3 });
  expect(sources[0]?.problems.map(({ host, service, state }) => [host, service, state])).toEqual([
    ['db01', null, 'down'],
    ['web01', 'Hum Memory used', 'critical'],
    ['web01', 'Memory', 'warning'],
  ]);
  expect(sources[0]?.problems[1]?.output).toContain('CRITICAL - Memory: / full/n[1] SHUTDOWN_PROGRAM Value 96 %, level 90 %');

  incidents.push(changeOf('resolved', { hostId: 'h1', host: 'web01', state: 'resolved' }));
  await vi.waitFor(() => expect(fieldsOf(statusFile, 'servicestatus', 'web01', 'Hum Memory used').current_state).toBe('0'), patience);
  await vi.waitFor(async () => {
    await channels?.readSource(source.id);
    const now = await stateThat(channels as Channels, () => true);
    expect(now.sources[0]?.problems.map(({ state }) => state)).toEqual(['down', 'warning']);
  }, patience);

  await nagios.stop();
  nagios = undefined;
  incidents.push(changeOf('opened', { hostId: 'h1', host: 'web01' }));
  const waiting = await channelThat(channels, channel.id, ({ problem }) => problem !== null);
  expect(waiting.problem?.message).toMatch(/^Nobody reads /);
  expect(waiting.waiting).toBeGreaterThan(0);
});

test('a file that is none, or that the account may not use, is named with what to do', async (context) => {
  if (process.getuid?.() !== 0) return context.skip('needs root, for an account that may not');
  const { name } = await rig.account({ shell: '/bin/sh' });
  const key = await rig.clientKey();
  const other = await online(sessionFor(await targetFor(rig, await rig.sshd(), { key, user: name })));
  channels = openTestChannels(dir, { runner: () => other, hostName: () => 'n1' });
  chmodSync(dir, 0o755);
  const whyNot = async (path: string) => (await channels?.test({ channel: nagiosFile(path) }))?.problem?.message;
  expect(await whyNot(join(dir, 'nagios.cmd'))).toMatch(/is not there on n1/);
  expect(await whyNot('/etc/hostname')).toMatch(/is no command file/);
  chmodSync(dir, 0o700);
  expect(await whyNot(join(dir, 'nagios.cmd'))).toMatch(/may not write/);
});

test('status JSON is read from the CGI, and a wrong address or login is told', async () => {
  const server = await openReceiver();
  try {
    const fixture = (file: string) => readFileSync(new URL(`../fixtures/nagios/${file}`, import.meta.url), 'utf8');
    server.answer = ({ url, headers }, response) => {
      if (headers.authorization !== `Basic ${Buffer.from('ops:pw').toString('base64')}`) response.writeHead(401).end();
      else response.end(fixture(url.includes('query=servicelist') ? 'servicelist.json' : 'hostlist.json'));
    };
    channels = openTestChannels(dir);
    const source: NagiosSource = {
      kind: 'cgi',
      id: randomUUID(),
      name: 'CGI',
      intervalMs: 5_000,
      url: server.url,
      user: 'ops',
      authorities: '',
      timeoutMs: 10_000,
      secretFile: '',
    };
    channels.saveSource(source, 'wrong');
    const refused = await stateThat(channels, (state) => state.sources[0]?.problem?.code === 'bad-answer');
    expect(refused.sources[0]?.problem?.hint).toContain('password');
    channels.saveSource(source, 'pw');
    const { sources } = await stateThat(channels, (state) => (state.sources[0]?.readAt ?? null) !== null);
    expect(sources[0]?.problems).toEqual([...readStatusDat(fixture('status.dat')).problems]);
  } finally {
    await server.close();
  }
});
