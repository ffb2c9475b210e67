import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import type { Answer } from '../../src/main/demo/xen/answer.ts';
import { xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import { viewHostKey } from '../../src/main/ssh/host-key.ts';
import { printedHostKeys } from '../../src/main/xen/deploy/deployed-guest.ts';
import { buildSeed } from '../../src/main/xen/deploy/seed.ts';
import { heard, judge, nothingSeen, readWatch } from '../../src/main/xen/deploy/settle.ts';
import { type ScriptName, xenScript } from '../../src/main/xen/scripts.ts';
import { type Dom0, noDom0, openDom0 } from '../support/dom0.ts';

/** The demo answers the scripts of a deployment as the real ones do, on a host made of folders; here both are asked the same in turn. */

const [profile] = fleetOf(1912, 1);
if (profile === undefined) throw new Error('no host');
const why = noDom0();

const config = '/etc/xen/web01.cfg';
const text = 'name = "web01"\nkernel = "/srv/xen/vmlinuz"\nvif = ["mac=00:16:3e:00:04:06, bridge=xenbr0"]\n';
const image = '/srv/xen/data1.img';
const path = '/srv/xen/web01.img';
const copy = (mark: string, to = path, from = image) => ['make', mark, 'xvda', to, 'copy', from, 'raw', '', '', ''];

describe.skipIf(why !== undefined)('the demo', () => {
  let real: Dom0;
  const xen = xenHostOf(profile);
  let now = 60_000;
  const host = { profile, xen: xen ?? null, now: () => now } as Parameters<NonNullable<ReturnType<typeof scripts.get>>>[0]['host'];

  beforeAll(() => {
    real = openDom0();
    real.sh('head -c 1000 /dev/urandom >/srv/xen/data1.img; printf %s "$1" >/srv/xen/config', text);
  });
  afterAll(() => real?.close());

  async function both(name: ScriptName, args: readonly string[], stdin = ''): Promise<{ real: object; simulated: object; answer: Answer }> {
    const ran = await real.run(xenScript(name), args, { stdin: Buffer.from(stdin) });
    const answer = scripts.get(xenScript(name))?.({ host, args, stdin: Buffer.from(stdin) });
    if (answer === undefined) throw new Error(`the demo does not know ${name}`);
    return { real: { code: ran.code, stdout: ran.stdout.toString() }, simulated: { code: answer.code, stdout: answer.stdout }, answer };
  }

  test.each<[string, ScriptName, readonly string[], string?]>([
    ['claims a name', 'claim', ['take', 'a1', 'web01', 'xl', config]],
    ['claims it again', 'claim', ['take', 'a1', 'web01', 'xl', config]],
    ['gives it to nobody else', 'claim', ['take', 'b2', 'web01', 'xl', config]],
    ['copies an image', 'disk', copy('a1')],
    ['copies it once', 'disk', copy('a1')],
    ['knows what is no image', 'disk', copy('a1', '/srv/xen/other.img', '/srv/xen/gone.img')],
    ['takes nothing back of others', 'disk', ['undo', 'b2', 'xvda', path]],
    ['writes a seed', 'seed', ['a1', 'xvdz', '/srv/xen/seed.img', '4'], 'seed'],
    ['writes it once', 'seed', ['a1', 'xvdz', '/srv/xen/seed.img', '4'], 'seed'],
    ['has no SELinux', 'selinux', ['set', 'a1', 'virt_use_nfs', 'note']],
    ['says so where it is needed', 'selinux', ['set', 'a1', 'virt_use_nfs', 'error']],
    ['has no LVM', 'volume', ['make', 'a1', 'xvdb', 'vg0', 'x', 'empty', '', '1', '', '']],
    ['tells of no progress where nothing is copied any more', 'disk-look', ['a1', 'xvdz', '/srv/xen/seed.img']],
    ['takes a seed back', 'disk', ['undo', 'a1', 'xvdz', '/srv/xen/seed.img']],
    ['takes a disk back', 'disk', ['undo', 'a1', 'xvda', path]],
    ['takes it back twice', 'disk', ['undo', 'a1', 'xvda', path]],
    ['drops a claim', 'claim', ['drop', 'a1', 'web01', 'xl', config]],
    ['gives the name to the next one', 'claim', ['take', 'b2', 'web01', 'xl', config]],
  ])('%s', async (_what, name, args, stdin) => {
    const { real: said, simulated } = await both(name, args, stdin);
    expect(simulated).toEqual(said);
  });

  test('lets a guest come up, tells what it prints, and takes it back', async () => {
    real.sh('cp /srv/xen/config /etc/xen/web01.cfg');
    xen?.machine.files.set(config, text);
    const started = await both('build', ['xl', 'make', 'b2', config, 'web01']);
    expect(started.answer.code).toBe(0);
    expect(started.real).toMatchObject({ code: 0 });
    const look = async () => {
      const { answer, real: said } = await both('watch', ['look', 'b2', 'xl', 'web01', 'ping', '', '']);
      expect(readWatch(Buffer.from((said as { stdout: string }).stdout))).toMatchObject({ flags: expect.any(String) });
      return readWatch(Buffer.from(answer.stdout));
    };
    expect(await look()).toMatchObject({ flags: '--p---', answers: false });
    now += 6000;
    expect(await look()).toMatchObject({
      flags: expect.stringMatching(/^[rb-]{2}----$/),
      answers: true,
      address: '198.51.100.7',
    });
    const { answer: console } = await both('watch', ['follow', 'b2', '0', '']);
    expect(console).toMatchObject({ code: 0, stdout: expect.stringContaining('Debian GNU/Linux 12 web01') });
    expect(console.stdout).not.toContain('Cloud-init');
    expect((await both('build', ['xl', 'undo', 'b2', config, 'web01'])).answer.code).toBe(0);
    const gone = await both('watch', ['look', 'b2', 'xl', 'web01', 'running', '', '']);
    expect(gone.simulated).toMatchObject({ stdout: 'domain gone\nanswers no\n' });
    for (const what of ['release', 'drop']) expect((await both('claim', [what, 'b2', 'web01'])).simulated).toMatchObject({ code: 0 });
  });

  test('lets cloud-init set up what has a seed, and print its host keys, the same ones each time', () => {
    if (!xen) throw new Error('no Xen host');
    const call = (name: ScriptName, args: readonly string[], stdin: Buffer = Buffer.alloc(0)) => {
      const answer = scripts.get(xenScript(name))?.({ host, args, stdin });
      if (answer?.code !== 0) throw new Error(`${name} failed: ${answer?.stdout}`);
      return answer.stdout;
    };
    const printedBy = (name: string, mark: string) => {
      const cfg = `/etc/xen/${name}.cfg`;
      const seed = buildSeed(new Map([['user-data', Buffer.from('#cloud-config\n')]]));
      call('claim', ['take', mark, name, 'xl', cfg]);
      call('seed', [mark, 'xvdz', `/srv/xen/${name}.iso`, String(seed.length)], seed);
      const disk = `disk = ["format=raw, vdev=xvdz, access=ro, target=/srv/xen/${name}.iso"]\n`;
      xen.machine.files.set(cfg, `name = "${name}"\nkernel = "/srv/xen/vmlinuz"\n${disk}`);
      call('build', ['xl', 'make', mark, cfg, name]);
      now += 9000;
      return [call('watch', ['follow', mark, '0', '']), call('watch', ['follow', mark, '0', ''])] as const;
    };
    const [first, again] = printedBy('db01', 'c3');
    expect(again).toBe(first);
    const keys = printedHostKeys(first);
    expect(keys.map((key) => viewHostKey(key).type)).toEqual(['ecdsa-sha2-nistp256', 'ssh-ed25519']);
    const waiting = { name: 'db01', ready: 'cloud-init', stableMs: 0 } as const;
    expect(judge(waiting, heard({ ...nothingSeen, starts: 1 }, first), '-b----', now)).toEqual({ kind: 'ready' });
    expect(printedHostKeys(printedBy('db02', 'd4')[0])).not.toEqual(keys);
  });
});
