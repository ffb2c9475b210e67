import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import { roomOf } from '../../src/main/demo/xen/deploy-look.ts';
import { goods, goodsNoted } from '../../src/main/demo/xen/goods.ts';
import { type XenHost, xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import { xl } from '../../src/main/demo/xen/xl.ts';
import { type ScriptName, xenScript } from '../../src/main/xen/scripts.ts';

/** The demo does in JavaScript what the scripts of actions do; here the real scripts say what that is, with an xl that says what the demo's says. */

const dir = mkdtempSync(join(tmpdir(), 'hum-demo-scripts-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const now = 60_000;
const profile = fleetOf(1912, 1)[0] ?? raise('no host');
function raise(why: string): never {
  throw new Error(why);
}
const newHost = () => {
  const xen = xenHostOf(profile);
  if (!xen) throw new Error('no Xen host');
  return xen;
};

const machine = newHost().machine;
const running = machine.domains(now);
const [first] = running;
const paused = running.find(({ state }) => state === 'paused');
const off = machine.parts.cast.find(({ role }) => role === 'off')?.guest;
if (!first || !paused || !off) throw new Error('the cast is too small');
const nobody = '11111111-2222-4333-a444-555555555555';
const control = '00000000-0000-0000-0000-000000000000';

/** Programs of Xen that answer once, as this host would; `answers` are those of xl, by its words. */
function writePrograms(bin: string, xen: XenHost, answers: readonly (readonly string[])[]): void {
  mkdirSync(bin, { recursive: true });
  const program = (name: string, lines: readonly string[]) =>
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  const cases = answers.map((words, index) => {
    const { stdout, stderr, code } = xl(xen.at(now), words);
    writeFileSync(join(bin, `out${index}`), stdout);
    writeFileSync(join(bin, `err${index}`), stderr);
    return `'${words.join(' ')}') cat ${bin}/out${index}; cat ${bin}/err${index} >&2; exit ${code} ;;`;
  });
  program('xl', ['case $* in', ...cases, '*) echo "never asked: $*" >&2; exit 99 ;;', 'esac']);
  const domains = running.map(
    ({ id, guest, name }) => `/local/domain/${id}/vm) echo /vm/${guest.uuid} ;;\n/local/domain/${id}/name) echo '${name}' ;;`,
  );
  program('xenstore-read', ['case $1 in', ...domains, '*) exit 1 ;;', 'esac']);
  program('xenstore-list', ['echo 0', ...running.map(({ id }) => `echo ${id}`)]);
  for (const name of ['xenstore-write', 'xenstore-rm']) program(name, ['exit 0']);
}

function both(name: ScriptName, args: readonly string[], answers: readonly (readonly string[])[], stdin = '') {
  const bin = mkdtempSync(join(dir, 'bin-'));
  writePrograms(bin, newHost(), answers);
  const env = { PATH: `${bin}:${process.env.PATH}`, TMPDIR: dir };
  const real = spawnSync('sh', ['-c', xenScript(name), 'sh', ...args], { input: stdin, encoding: 'utf8', env });
  const script = scripts.get(xenScript(name));
  if (!script) throw new Error(`the demo does not know ${name}`);
  const simulated = script({ host: { profile, xen: newHost(), now: () => now }, args, stdin: Buffer.from(stdin) });
  return { real: { code: real.status, stdout: real.stdout }, simulated: { code: simulated.code, stdout: simulated.stdout } };
}

const answering = (xen: XenHost) => xen.machine.domains(now).flatMap(({ guest }) => guest.vifs.flatMap(({ ip }) => ip ?? []));

const list = ['vm-list'];
const on = (domain: typeof first, ...rest: readonly string[]) => ['xl', domain.guest.uuid, String(domain.id), domain.name, ...rest];

describe('the demo does what the scripts of actions do', () => {
  it.each<[string, ScriptName, readonly string[], readonly (readonly string[])[], string]>([
    ['pauses', 'domain', on(first, 'fail', 'p', 'xl', 'pause', '@'), [list, ['list', `${first.id}`], ['pause', `${first.id}`]], ''],
    ['leaves a paused one paused', 'domain', on(paused, 'fail', 'p', 'xl', 'pause', '@'), [list, ['list', `${paused.id}`]], ''],
    ['leaves a running one running', 'domain', on(first, 'fail', '!p', 'xl', 'unpause', '@'), [list, ['list', `${first.id}`]], ''],
    ['shuts down', 'domain', on(first, 'fail', '-', 'xl', 'shutdown', '@'), [list, ['shutdown', `${first.id}`]], ''],
    [
      'tells a refusal',
      'domain',
      on(first, 'fail', '-', 'xl', 'mem-set', '@', '99999999'),
      [list, ['mem-set', `${first.id}`, '99999999']],
      '',
    ],
    ['misses one that is gone', 'domain', ['xl', nobody, '7', 'nobody', 'fail', '-', 'xl', 'destroy', '@'], [list], ''],
    ['is content when it is gone', 'domain', ['xl', nobody, '7', 'nobody', 'done', '-', 'xl', 'destroy', '@'], [list], ''],
    ['never touches dom0', 'domain', ['xl', control, '0', 'Domain-0', 'fail', '-', 'xl', 'shutdown', '@'], [list], ''],
    [
      'finds by id and name',
      'domain',
      ['xl', '', `${first.id}`, first.name, 'fail', '-', 'xl', 'pause', '@'],
      [list, ['pause', `${first.id}`]],
      '',
    ],
    ['trusts no id of another name', 'domain', ['xl', '', `${first.id}`, 'other', 'fail', '-', 'xl', 'pause', '@'], [list], ''],
    ['starts none that runs', 'start', ['xl', 'start', 'mark1', `/etc/xen/${first.name}.cfg`, first.name], [], ''],
    ['starts', 'start', ['xl', 'start', 'mark1', `/etc/xen/${off.name}.cfg`, off.name], [['create', `/etc/xen/${off.name}.cfg`]], ''],
    ['takes no start back that was none', 'start', ['xl', 'undo', 'mark1', '', off.name], [], ''],
    [
      'takes a file that is not there for none',
      'start',
      ['xl', 'start', 'mark1', '/etc/xen/no.cfg', 'no'],
      [['create', '/etc/xen/no.cfg']],
      '',
    ],
  ])('%s', (_title, name, args, answers, stdin) => {
    const { real, simulated } = both(name, args, answers, stdin);
    expect(simulated).toEqual(real);
    expect(real.stdout).not.toContain('never asked');
  });

  it('looks at what a deployment needs', (context) => {
    const bin = mkdtempSync(join(dir, 'bin-'));
    const xen = newHost();
    const { machine: there } = xen;
    writePrograms(bin, xen, [['info']]);
    const program = (name: string, text: string) => writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    const room = roomOf(there) / 1024;
    // What only the machine that the tests run on could say otherwise.
    program('df', `echo; case $2 in /srv*) mount=/srv ;; *) mount=/ ;; esac; echo "/dev/sda1 9999999 1 ${room} 10% $mount"`);
    program(
      'stat',
      `case $4 in ${[...goods].map(([path, { allocated }]) => `${path}) room=${allocated} ;;`).join(' ')} *) room=4096 ;; esac
      PATH=\${PATH#*:}; exec stat -Lc "%s $room*1" -- "$4"`,
    );
    // A file of the demo has no content but its path.
    program('sha256sum', `PATH=\${PATH#*:}; printf %s "$2" | exec sha256sum`);
    for (const name of ['qemu-img', 'pygrub']) program(name, 'exit 1');
    program('vgs', `[ "$7" = vg0 ] && echo "  ${roomOf(there)}"`);
    program('lvs', `[ -e "/dev/$7" ] && echo '  ${10 * 2 ** 30}'`);
    program('ping', `case $5 in ${answering(xen).join('|') || 'nobody'}) exit 0 ;; *) exit 1 ;; esac`);
    const config = [...there.files.keys()].find((path) => /^\/etc\/xen\/[^/]*$/.test(path)) ?? raise('no configuration');
    const link = [...there.links.keys()][0] ?? raise('no autostart');
    const volume = there.parts.cast.flatMap(({ guest }) => guest.disks).find(({ target }) => target.startsWith('/dev/vg0/'))?.target;
    const words = [
      ...[
        'folder=/srv/xen',
        'folder=/srv/xen/new/deeper',
        'folder=/srv/xen/vmlinuz/x',
        'folder=/opt/none',
        `target=${config}`,
        `target=${link}`,
      ],
      ...['target=/srv/xen/new.img', 'target=/srv/xen/vmlinuz', 'target=/srv/xen', `volume=${volume?.slice(5)}`, 'volume=vg0/none'],
      ...[...goods.keys()].map((path) => `file=${path}`),
      ...['sum=/srv/xen/vmlinuz', 'sum=/srv/xen/guest.initrd', 'sum=/srv/xen/none', 'sum=/srv/xen'],
      ...['file=/srv/xen/none', 'file=/srv/xen', 'group=vg0', 'group=other', `origin=${volume?.slice(5)}`, 'origin=vg0/none'],
      ...[
        'bridge=none',
        'boolean=x',
        'claim=web01',
        'program=qemu-img',
        'program=pygrub',
        'program=other',
        `reach=${answering(xen)[0]}/xenbr0`,
        'reach=192.0.2.1/xenbr0',
        "target=/srv/$(reboot)'\n1 there",
      ],
    ];
    const files = [...goods.keys(), config, `/dev/${volume?.slice(5)}`];
    const lay = [
      // Over what every machine has: nothing is made on this one.
      'for each in /srv /etc /dev /var/lib; do mount -t tmpfs none "$each" || exit 77; done',
      'mknod -m 666 /dev/null c 1 3',
      'while read -r path; do mkdir -p "$(dirname "$path")"; : >"$path"; done',
      ...[...goods].map(
        ([path, { bytes, format }]) =>
          `truncate -s ${bytes} ${path}${format === 'qcow2' ? `; printf 'QFI\\373' | dd of=${path} conv=notrunc 2>/dev/null` : ''}`,
      ),
      ...[...goodsNoted].map((path) => `echo "${goods.get(path)?.sum}  ${path}" >${path}.sha256`),
      `mkdir -p /etc/xen/auto; ln -s ../none ${link}`,
      'exec sh -c "$0" sh "$@" </dev/null',
    ];
    const real = spawnSync(
      'unshare',
      ['--mount', '--propagation', 'private', 'sh', '-c', lay.join('\n'), xenScript('deploy-look'), 'xl', ...words],
      {
        input: files.map((path) => `${path}\n`).join(''),
        encoding: 'utf8',
        env: { PATH: `${bin}:${process.env.PATH}`, TMPDIR: dir },
      },
    );
    if (real.status === 77 || real.error !== undefined || process.getuid?.() !== 0)
      return context.skip('no file system can be mounted here');
    const simulated = scripts.get(xenScript('deploy-look'))?.({
      host: { profile, xen: newHost(), now: () => now },
      args: ['xl', ...words],
      stdin: Buffer.alloc(0),
    });
    const sorted = (text = '') =>
      text
        .split('\n')
        .filter((line) => !line.startsWith('clock '))
        .sort();
    expect(real.stderr).toBe('');
    expect(sorted(real.stdout)).toEqual(sorted(simulated?.stdout));
    expect(sorted(real.stdout)).toHaveLength(words.length + 4);
  });

  it("takes what it built back, and nobody else's", () => {
    const host = { profile, xen: newHost(), now: () => now };
    const start = scripts.get(xenScript('start'));
    const run = (...args: readonly string[]) => start?.({ host, args, stdin: Buffer.alloc(0) });
    const there = () => host.xen.machine.domains(now).some(({ name }) => name === off.name);
    expect(run('xl', 'start', 'mark1', `/etc/xen/${off.name}.cfg`, off.name)).toMatchObject({ code: 0 });
    expect(there()).toBe(true);
    run('xl', 'undo', 'mark2', '', off.name);
    expect(there()).toBe(true);
    run('xl', 'undo', 'mark1', '', off.name);
    expect(there()).toBe(false);
  });

  it('lets xl read a configuration without building it', () => {
    const host = { profile, xen: newHost(), now: () => now };
    const check = (stdin: string) => scripts.get(xenScript('check-config'))?.({ host, args: ['xl'], stdin: Buffer.from(stdin) });
    expect(check('name = "bad\nmemory 128\n')).toMatchObject({ code: 1 });
    expect(check('name = "bad\nmemory 128\n')?.stdout).toMatch(
      /^Parsing config from (\S+)\n\1:1: config parsing error near `"bad': lexical error\n/,
    );
    expect(check(`name = "new"\nkernel = "/srv/xen/vmlinuz"\n`)).toMatchObject({ code: 0 });
    expect(host.xen.machine.domains(now)).toHaveLength(running.length);
  });

  it('saves once, restores, and keeps the file of a restored one apart', () => {
    const host = { profile, xen: newHost(), now: () => now };
    const run = (...args: readonly string[]) => scripts.get(xenScript('save'))?.({ host, args, stdin: Buffer.alloc(0) })?.code;
    const file = '/var/lib/xen/save/a.save';
    const save = ['xl', 'save', first.guest.uuid, String(first.id), first.name, file, '1'];
    expect(run(...save)).toBe(0);
    expect(run('xl', 'restore', '', '', '', '/var/lib/xen/save/other')).toBe(1);
    host.xen.machine.settle(now + 600_000);
    expect(run(...save)).toBe(81);
    expect(run('xl', 'restore', '', '', '', file)).toBe(0);
    expect([...host.xen.machine.files.keys()].filter((path) => path.startsWith(file))).toEqual([`${file}.restored`]);
  });

  it('links a configuration to be started with the host, and takes every link to it away', () => {
    const host = { profile, xen: newHost(), now: () => now };
    const run = (...args: readonly string[]) => scripts.get(xenScript('autostart'))?.({ host, args, stdin: Buffer.alloc(0) })?.code;
    const path = `/etc/xen/${off.name}.cfg`;
    expect(run('on', path)).toBe(0);
    expect(host.xen.machine.readFile(`/etc/xen/auto/${off.name}.cfg`)).toBe(host.xen.machine.files.get(path));
    expect(run('off', path)).toBe(0);
    expect(host.xen.machine.links.has(`/etc/xen/auto/${off.name}.cfg`)).toBe(false);
    expect(run('on', '/etc/xen/nowhere.cfg')).toBe(1);
  });
});
