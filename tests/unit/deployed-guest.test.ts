import { generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import type { PlanRecord } from '../../src/main/plans/record.ts';
import type { KeyKeeping } from '../../src/main/ssh/known-hosts.ts';
import { addressLine, deployedGuest, deployedVms, printedHostKeys } from '../../src/main/xen/deploy/deployed-guest.ts';
import { createDeployedGuests } from '../../src/main/xen/deploy/deployed-guests.ts';
import type { HostDraft } from '../../src/shared/contract/inventory.ts';

/** A public key in one line, as in the .pub files of OpenSSH. */
function publicLine(): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const parsed = ssh2.utils.parseKey(privateKey.export({ type: 'pkcs1', format: 'pem' }));
  if (parsed instanceof Error) throw parsed;
  return `ssh-rsa ${parsed.getPublicSSH().toString('base64')}`;
}

const line = publicLine();
const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
/** What cloud-init prints on the console of a Debian guest, with the line ends of a terminal. */
const printed = (keys: string) =>
  `[   12.1] ready\r\n-----BEGIN SSH HOST KEY KEYS-----\r\n${keys} root@web01\r\n-----END SSH HOST KEY KEYS-----\r\ncloud-init: done\r\n`;

function plan(output: string, change: Partial<PlanRecord> = {}, address: string | null = '10.0.0.7'): PlanRecord {
  const wait = { title: 'Wait', host: 'x', action: { handler: 'xen.settle', args: { name: 'web01', address }, shown: '' }, undo: null };
  const step = { ...wait, state: 'done' as const, startedAt: 0, endedAt: 1, output, progress: '', problem: undefined };
  return {
    ...{ id: 'p', kind: 'xen.deploy', title: 'Deploy web01', host: 'x', hostName: 'x', subject: 'x/web01', batch: 'b', by: 'me' },
    ...{ createdAt: 0, steps: [step], atOnce: null, holds: null, state: 'done', direction: 'forward', endedAt: 1, problem: undefined },
    ...change,
  };
}

describe('the host keys that a guest prints', () => {
  it('are those of the last block, and say themselves of which type they are', () => {
    expect(printedHostKeys(printed(line))).toEqual([blob]);
    expect(printedHostKeys(`${printed('ssh-rsa AAAA')}${printed(line)}`)).toEqual([blob]);
    expect(printedHostKeys(printed(line.replace('ssh-rsa', 'ssh-ed25519')))).toEqual([]);
    expect(printedHostKeys(line)).toEqual([]);
    expect(printedHostKeys(printed(line).replace('-----END', ''))).toEqual([]);
    expect(printedHostKeys(printed(`${line} a\n`.repeat(50)))).toHaveLength(8);
  });

  it('are none in any other text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(printedHostKeys(printed(text))).toEqual([]);
      }),
    );
  });
});

/** The one that `plan` deploys. */
const web01 = { host: 'x', key: 'x/web01' };

describe('a guest that was deployed', () => {
  it('has its fixed address, else the one that Hum has found, and never one that it says itself', () => {
    expect(deployedGuest(plan(''), web01).address).toBe('10.0.0.7');
    expect(deployedGuest(plan(`up${addressLine('10.0.0.9')}`, {}, null), web01).address).toBe('10.0.0.9');
    expect(deployedGuest(plan(`${addressLine('6.6.6.6')}up${addressLine('10.0.0.9')}`, {}, null), web01).address).toBe('10.0.0.9');
    expect(() => deployedGuest(plan(`${addressLine('6.6.6.6')}and then more`, {}, null), web01)).toThrow('Nobody has seen the address');
  });

  it.each([{ state: 'failed' as const }, { kind: 'xen.remove' }, { steps: [] }])('is none with %j', (change) => {
    expect(() => deployedGuest(plan('', change), web01)).toThrow('no VM that this plan has deployed');
    expect(() => deployedGuest(undefined, web01)).toThrow('no VM that this plan has deployed');
  });

  it('is one of several where they were made together, each with its own address and keys', () => {
    const [first] = plan(printed(line), {}, '10.0.0.7').steps;
    const [second] = plan(`up${addressLine('10.0.0.9')}`, {}, null).steps;
    if (first === undefined || second === undefined) throw new Error('no steps');
    const other = { ...second, host: 'y', action: { ...second.action, args: { name: 'web02', address: null } } };
    const claim = { ...first, action: { ...first.action, handler: 'xen.claim' } };
    const all = plan('', { kind: 'xen.deploy-all', steps: [claim, first, other] });
    expect(deployedVms(all)).toEqual([
      { host: 'x', key: 'x/web01', name: 'web01' },
      { host: 'y', key: 'y/web02', name: 'web02' },
    ]);
    expect(deployedGuest(all, web01)).toMatchObject({ name: 'web01', address: '10.0.0.7', keys: [blob] });
    expect(deployedGuest(all, { host: 'y', key: 'y/web02' })).toMatchObject({ name: 'web02', address: '10.0.0.9', keys: [] });
    expect(() => deployedGuest(all, { host: 'y', key: 'y/web01' })).toThrow('no VM that this plan has deployed');
    expect(deployedVms({ ...all, state: 'undone' })).toEqual([]);
  });

  it('is entered as the user that cloud-init was to make, else as root', () => {
    const withUser = (user: string | null) => {
      const [step] = plan('').steps;
      if (step === undefined) throw new Error('no step');
      return plan('', { steps: [{ ...step, action: { ...step.action, args: { ...step.action.args, user } } }] });
    };
    expect(deployedGuest(withUser('debian'), web01).user).toBe('debian');
    expect(deployedGuest(withUser(null), web01).user).toBe('root');
    expect(deployedGuest(plan(''), web01).user).toBe('root');
  });

  const adopt = (verdict: 'unknown' | 'changed', saved?: string, keeping: KeyKeeping = 'named') => {
    const did: unknown[] = [];
    const guests = createDeployedGuests({
      record: () => plan(printed(line)),
      knownHosts: {
        check: () => (verdict === 'unknown' ? { kind: 'unknown' } : { kind: 'changed', knownKeys: [] }),
        append: async (address, port, key, how) => void did.push([address, port, key.equals(blob), how]),
      },
      keepingOn: () => keeping,
      savedHost: ({ address, user, port }) => (`${user}@${address}:${port}` === 'admin@10.0.0.7:22' ? saved : undefined),
      addHost: (draft: HostDraft) => {
        did.push(draft);
        return { ids: ['new'] };
      },
    });
    return { did, guests };
  };

  it('becomes a host, its keys known before that', async () => {
    const { did, guests } = adopt('unknown');
    expect(guests.of('p', web01)).toEqual({
      name: 'web01',
      address: '10.0.0.7',
      user: 'root',
      hostKeys: [{ type: 'ssh-rsa', fingerprint: expect.stringMatching(/^SHA256:/) }],
    });
    expect(await guests.addToFleet({ plan: 'p', vm: web01, name: null, user: 'admin' })).toEqual({ id: 'new', added: true });
    expect(did).toEqual([
      ['10.0.0.7', 22, true, 'named'],
      expect.objectContaining({ name: 'web01', address: '10.0.0.7', user: 'admin', port: 22 }),
    ]);
  });

  it('is the host that has the same way in, where there is one, and its keys are known from then on', async () => {
    const { did, guests } = adopt('unknown', 'old');
    expect(await guests.addToFleet({ plan: 'p', vm: web01, name: null, user: 'admin' })).toEqual({ id: 'old', added: false });
    expect(did).toEqual([['10.0.0.7', 22, true, 'named']]);
    expect(await guests.addToFleet({ plan: 'p', vm: web01, name: null, user: 'root' })).toEqual({ id: 'new', added: true });
  });

  it('leaves no keys behind where its host is one of the demo', async () => {
    const { did, guests } = adopt('unknown', undefined, 'in-memory');
    await guests.addToFleet({ plan: 'p', vm: web01, name: null, user: 'root' });
    expect(did[0]).toEqual(['10.0.0.7', 22, true, 'in-memory']);
  });

  it('is refused where its address was another machine’s, and nothing is written', async () => {
    const { did, guests } = adopt('changed');
    await expect(guests.addToFleet({ plan: 'p', vm: web01, name: null, user: 'root' })).rejects.toMatchObject({
      problem: { code: 'host-key-changed' },
    });
    expect(did).toEqual([]);
  });
});
