import { describe, expect, it } from 'vitest';
import { toggled } from '../../src/renderer/components/toggled.ts';
import { checklist, verdict } from '../../src/renderer/inventory/checklist.ts';
import { commonFields, readEditForm } from '../../src/renderer/inventory/edit-form.ts';
import { emptyHostForm, portOf, readHostForm } from '../../src/renderer/inventory/host-form.ts';
import { fingerprintGroups, forgetKeyCommands, hostKeyFile, unknownKeys } from '../../src/renderer/inventory/host-keys.ts';
import { importSummary, readImportText } from '../../src/renderer/inventory/import-text.ts';
import { matching, newAliases, scanSummary } from '../../src/renderer/inventory/ssh-config-choice.ts';
import type { HostRow, HostStatus } from '../../src/shared/contract/fleet.ts';
import {
  type InventoryHost,
  type SshConfigCandidate,
  type SshConfigScan,
  type TestStep,
  testStages,
} from '../../src/shared/contract/inventory.ts';

const web01: InventoryHost = {
  id: 'a',
  name: 'web01',
  address: 'web01.example.org',
  port: 22,
  user: 'root',
  keyFile: null,
  group: 'web',
  tags: ['prod', 'eu'],
  enabled: true,
  origin: 'manual',
};
const web02: InventoryHost = { ...web01, id: 'b', name: 'web02', address: 'web02.example.org', port: 2222, tags: ['eu', 'canary'] };

function rowOf(host: InventoryHost, status: HostStatus): HostRow {
  return { host, status, live: null, trend: [], system: null };
}

describe('the form of a new host', () => {
  it('reads empty optional fields as none', () => {
    const reading = readHostForm({ ...emptyHostForm('root'), address: ' web[01-20].example.org ', name: '  ' });
    expect(reading).toEqual({
      kind: 'draft',
      draft: { address: 'web[01-20].example.org', name: null, user: 'root', port: 22, keyFile: null, group: null, tags: [] },
    });
  });

  it('names each field that is wrong, once', () => {
    const reading = readHostForm({ ...emptyHostForm('-oProxyCommand=x'), address: '', port: '70000', tags: ['ok', 'not ok'] });
    if (reading.kind !== 'errors') throw new Error('the form was taken');
    expect(Object.keys(reading.errors).sort()).toEqual(['address', 'port', 'tags', 'user']);
    expect(reading.errors.port).toBe('A port is 1 to 65535.');
  });

  it('takes no port that is not written in digits', () => {
    for (const text of ['', '22x', '2e3', '0x16', '-22', '22.5', '1234567']) expect(portOf(text), text).toBeNaN();
    expect(portOf(' 2222 ')).toBe(2222);
  });
});

describe('editing hosts', () => {
  it('shows what they have in common and names the fields in which they differ', () => {
    const common = commonFields([web01, web02]);
    expect(common.values).toMatchObject({ user: 'root', group: 'web', port: '', tags: ['eu'] });
    expect([...common.mixed].sort()).toEqual(['address', 'name', 'port']);
  });

  it('changes only what was touched', () => {
    const common = commonFields([web01, web02]);
    const reading = readEditForm(common, { ...common.values, user: 'ops', tags: ['db'], address: 'typed.example.org' }, 2);
    expect(reading).toEqual({ kind: 'edit', changes: true, edit: { change: { user: 'ops' }, tags: { add: ['db'], remove: ['eu'] } } });
  });

  it('has nothing to save when nothing was touched', () => {
    const common = commonFields([web01]);
    expect(readEditForm(common, common.values, 1)).toMatchObject({ changes: false, edit: { change: {} } });
  });

  it('takes a group and a key file away when their field is emptied', () => {
    const common = commonFields([web01]);
    expect(readEditForm(common, { ...common.values, group: ' ' }, 1)).toMatchObject({ edit: { change: { group: null } } });
  });

  it('refuses a range as the address of one host, and a tag with a space', () => {
    const common = commonFields([web01]);
    const reading = readEditForm(common, { ...common.values, address: 'web[1-2]', tags: ['a b'] }, 1);
    if (reading.kind !== 'errors') throw new Error('the form was taken');
    expect(Object.keys(reading.errors).sort()).toEqual(['address', 'tags']);
  });
});

describe('the checklist of a connection test', () => {
  const done = (stage: TestStep['stage']): TestStep => ({ stage, outcome: 'done', tookMs: 3, note: '192.0.2.1' });

  it('shows every stage in order, with the one under way', () => {
    const lines = checklist([done('resolve')], true);
    expect(lines.map((line) => line.stage)).toEqual([...testStages]);
    expect(lines.map((line) => line.mark)).toEqual(['done', 'running', 'waiting', 'waiting', 'waiting', 'waiting', 'waiting']);
  });

  it('has nothing under way when the test is over', () => {
    expect(checklist([done('resolve')], false).some((line) => line.mark === 'running')).toBe(false);
  });

  it('ends in one sentence: what failed, or that all is well', () => {
    const failed: TestStep = {
      stage: 'connect',
      outcome: 'failed',
      tookMs: 1,
      note: '',
      problem: { code: 'connection-refused', message: 'web01 refused the connection.', hint: 'Is sshd running?' },
    };
    expect(verdict([done('resolve'), failed], false)).toBe('web01 refused the connection.');
    expect(verdict(testStages.map(done), false)).toMatch(/All is well/);
    expect(verdict([done('resolve')], false)).toBe('The test ended early.');
    expect(verdict([done('resolve')], true)).toBeNull();
  });
});

describe('host keys', () => {
  const fingerprint = 'SHA256:uNiVztksCsDhcc0u9e8BrbsNPMUBKnSyvC0vrjFjbQ8';

  it('are listed for hosts whose key is unknown, not for those whose key has changed', () => {
    const offeredKey = { type: 'ssh-ed25519', fingerprint, art: '' };
    const rows = [
      rowOf(web01, { state: 'host-key-unknown', since: 0, offeredKey }),
      rowOf(web02, { state: 'host-key-changed', since: 0, offeredKey }),
    ];
    expect(unknownKeys(rows).map((key) => [key.id, key.fingerprint])).toEqual([['a', fingerprint]]);
  });

  it('are grouped for the eye without a change to their text', () => {
    const { algorithm, groups } = fingerprintGroups(fingerprint);
    expect(algorithm).toBe('SHA256:');
    expect(groups[0]).toBe('uNiV');
    expect(algorithm + groups.join('')).toBe(fingerprint);
  });

  it('are compared with the file that the host keeps them in', () => {
    expect(hostKeyFile('ssh-ed25519')).toBe('/etc/ssh/ssh_host_ed25519_key.pub');
    expect(hostKeyFile('ecdsa-sha2-nistp256')).toBe('/etc/ssh/ssh_host_ecdsa_key.pub');
    expect(hostKeyFile('rsa-sha2-512')).toBe('/etc/ssh/ssh_host_rsa_key.pub');
    expect(hostKeyFile('made-up')).toBeNull();
  });

  it('are forgotten with one command for each file, quoted for a shell', () => {
    const known = (where: string) => ({ type: 'ssh-ed25519', fingerprint, where, line: '', firstSeen: null });
    const status = {
      state: 'host-key-changed',
      since: 0,
      knownKeys: [known('/home/o/.ssh/known_hosts:12'), known('/home/o/.ssh/known_hosts:40'), known("/srv/it's/kh:1")],
    } as const;
    expect(forgetKeyCommands(rowOf(web01, status))).toEqual([
      'ssh-keygen -f /home/o/.ssh/known_hosts -R web01.example.org',
      "ssh-keygen -f '/srv/it'\\''s/kh' -R web01.example.org",
    ]);
    expect(forgetKeyCommands(rowOf(web02, status))[0]).toBe("ssh-keygen -f /home/o/.ssh/known_hosts -R '[web02.example.org]:2222'");
  });
});

describe('the list of the SSH configuration', () => {
  const candidate = (alias: string, rest: Partial<SshConfigCandidate> = {}): SshConfigCandidate => ({
    alias,
    address: `${alias}.example.org`,
    port: 22,
    user: 'root',
    keyFile: null,
    file: '/home/o/.ssh/config',
    known: false,
    unsupported: [],
    ...rest,
  });
  const scan = (candidates: readonly SshConfigCandidate[]): SshConfigScan => ({
    file: '/home/o/.ssh/config',
    candidates,
    wildcards: [],
    problems: [],
  });

  it('opens with all new hosts ticked and the known ones not', () => {
    expect([...newAliases([candidate('a'), candidate('b', { known: true })])]).toEqual(['a']);
  });

  it('ticks and unticks without changing the set it was given', () => {
    const before = new Set(['a']);
    expect([...toggled(before, 'b')]).toEqual(['a', 'b']);
    expect([...toggled(before, 'a')]).toEqual([]);
    expect([...before]).toEqual(['a']);
  });

  it('is filtered by name, address, user and file in any case', () => {
    const all = [candidate('web'), candidate('db', { user: 'Admin' }), candidate('mail', { file: '/etc/ssh/fra.conf' })];
    const found = (text: string) => matching(all, text).map(({ alias }) => alias);
    expect(found(' WEB.example ')).toEqual(['web']);
    expect(found('admin')).toEqual(['db']);
    expect(found('fra.conf')).toEqual(['mail']);
    expect(found('')).toEqual(['web', 'db', 'mail']);
  });

  it('is summed up with its files and what is here already', () => {
    expect(scanSummary(scan([]))).toBe('No hosts in /home/o/.ssh/config.');
    expect(scanSummary(scan([candidate('a')]))).toBe('1 new host in /home/o/.ssh/config.');
    expect(scanSummary(scan([candidate('a'), candidate('b', { known: true, file: '/x' })]))).toBe(
      '1 new host in /home/o/.ssh/config and 1 included file, 1 already here.',
    );
  });
});

describe('importing a file', () => {
  it('refuses what is larger than the console takes without reading it', async () => {
    const file = { size: 9 * 1024 * 1024, text: () => Promise.reject(new Error('it was read')) };
    await expect(readImportText(file)).rejects.toMatchObject({ problem: { code: 'import-invalid' } });
  });

  it('says why a file could not be read', async () => {
    const file = { size: 1, text: () => Promise.reject(new Error('gone')) };
    await expect(readImportText(file)).rejects.toMatchObject({ problem: { code: 'file-unreadable', detail: 'gone' } });
  });

  it('ends in one sentence, with what was skipped made visible', () => {
    expect(importSummary({ kind: 'imported', added: 1, skipped: [] })).toBe('Added 1 host.');
    expect(importSummary({ kind: 'imported', added: 2, skipped: ['a\u202e', 'b', 'c', 'd'] })).toBe(
      'Added 2 hosts. Here already: a\\u{202e}, b, c and 1 more.',
    );
  });
});
