import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { versionOf } from '../../src/main/plans/file-step.ts';
import { xenScript } from '../../src/main/xen/scripts.ts';
import { type Dom0, noDom0, openDom0 } from '../support/dom0.ts';

/**
 * Each script of a deployment is killed before each of the commands that it runs, as by the plug of its host, and then taken back, or done
 * again: nothing that it has made stays, whichever command was the last.
 */

const why = noDom0();

/** The commands through which a script changes something, or learns something that it goes by. */
const counted = [
  'cat',
  'chmod',
  'cp',
  'cut',
  'head',
  'link',
  'mkdir',
  'mv',
  'rm',
  'rmdir',
  'sh',
  'stat',
  'tee',
  'test',
  'truncate',
  'lvcreate',
  'dd',
  'mkfifo',
  'setsid',
  'xenstore-write',
  'xl',
];

/** Stands before each of them: counts, and at the number that is wanted kills the script, which is in no state to notice. */
const shim = `#!/bin/sh
name=\${0##*/}
PATH=$HUM_PATH
if [ -n "$HUM_KILL_AT" ]; then
  echo x >>"$HUM_DOM0/count"
  if [ "$(wc -l <"$HUM_DOM0/count")" -ge "$HUM_KILL_AT" ]; then
    kill -KILL "$HUM_PID"
    exit 137
  fi
fi
exec "$name" "$@"
`;

/** Logical volumes of one group, a file for each with its name, its uuid and its tags. */
const lvm = `#!/bin/sh
d=$HUM_DOM0/lvm
mkdir -p "$d"
case \${0##*/} in
  lvs)
    cat "$d"/* 2>/dev/null || true
    ;;
  lvcreate)
    name= tag=
    while [ $# -gt 0 ]; do
      case $1 in -n) name=$2; shift ;; --addtag) tag=$2; shift ;; esac
      shift
    done
    [ ! -e "$d/$name" ] || exit 5
    echo "  $name uuid-of-$name $tag" >"$d/$name"
    ;;
  lvremove)
    for last; do :; done
    rm "$d/\${last#*/}"
    ;;
  lvchange)
    for last; do :; done
    echo "  \${last#*/} uuid-of-\${last#*/} " >"$d/\${last#*/}"
    ;;
esac
`;

interface Case {
  readonly name: string;
  readonly script: 'claim' | 'disk' | 'seed' | 'volume' | 'write-config' | 'selinux' | 'build';
  readonly make: readonly string[];
  readonly undo: readonly [script: Exclude<Case['script'], 'seed'>, ...args: string[]];
  readonly stdin?: Buffer;
  /** What it finds on its host, once the name is claimed, and takes away again. */
  readonly around?: readonly [before: string, after: string];
  /** Prints `well` when it is all there. */
  readonly look: string;
}

const mark = 'abc123';
const configuration = Buffer.from('name = "web01"\n');
const cases: readonly Case[] = [
  {
    name: 'a claim',
    script: 'claim',
    make: ['take', mark, 'web01', 'xl', '/etc/xen/web01.cfg'],
    undo: ['claim', 'drop', mark, 'web01', 'xl', ''],
    look: `[ "$(cat /var/lib/hum/claims/web01)" = ${mark} ] && echo well`,
  },
  {
    name: 'a disk in a folder that is not there',
    script: 'disk',
    make: ['make', mark, 'xvda', '/srv/xen/a/b/web01.img', 'copy', '/srv/xen/golden.img', 'raw', '2097152', '', ''],
    undo: ['disk', 'undo', mark, 'xvda', '/srv/xen/a/b/web01.img'],
    look: '[ "$(stat -c %s /srv/xen/a/b/web01.img)" = 2097152 ] && cmp -n 1048576 /srv/xen/golden.img /srv/xen/a/b/web01.img && echo well',
  },
  {
    name: 'a seed',
    script: 'seed',
    make: [mark, 'xvdz', '/srv/xen/seed.img', '1000'],
    undo: ['disk', 'undo', mark, 'xvdz', '/srv/xen/seed.img'],
    stdin: Buffer.alloc(1000, 'x'),
    look: '[ "$(tr -d x </srv/xen/seed.img | wc -c)" = 0 ] && echo well',
  },
  {
    name: 'a volume',
    script: 'volume',
    make: ['make', mark, 'xvdb', 'vg0', 'web01', 'empty', '', '1048576', '', ''],
    undo: ['volume', 'undo', mark, 'xvdb', 'vg0', 'web01'],
    look: `grep -q hum-${mark} "$HUM_DOM0/lvm/web01" && echo well`,
  },
  {
    name: 'a configuration',
    script: 'write-config',
    make: ['make', mark, '/etc/xen/web01.cfg', '.kept', '', versionOf(configuration)],
    undo: ['write-config', 'undo', mark, '/etc/xen/web01.cfg', '.kept', '', versionOf(configuration)],
    stdin: configuration,
    look: 'grep -qx "name = .web01." /etc/xen/web01.cfg && echo well',
  },
  {
    name: 'a boolean',
    script: 'selinux',
    make: ['set', mark, 'virt_use_nfs', 'error'],
    undo: ['selinux', 'undo', mark, 'virt_use_nfs', 'note'],
    look: 'grep -q on "$HUM_DOM0/booleans/virt_use_nfs" && echo well',
  },
  {
    name: 'a domain',
    script: 'build',
    make: ['xl', 'make', mark, '/etc/xen/web01.cfg', 'web01'],
    undo: ['build', 'xl', 'undo', mark, '/etc/xen/web01.cfg', 'web01'],
    around: ['echo "name = \\"web01\\"" >/etc/xen/web01.cfg', 'rm /etc/xen/web01.cfg'],
    look: '[ "$(cat "$HUM_DOM0"/flags/*)" = -b---- ] && for _ in $(seq 50); do if grep -q "^line 1$" /var/lib/hum/deploys/*/console; then echo well; break; fi; sleep 0.1; done',
  },
];

describe.skipIf(why !== undefined)('a script that is killed', () => {
  let host: Dom0;

  beforeEach(() => {
    host = openDom0();
    host.sh('head -c 1048576 /dev/urandom >/srv/xen/golden.img; echo off >"$HUM_DOM0/booleans/virt_use_nfs"; mkdir "$HUM_DOM0/shims"');
    for (const name of ['getsebool', 'setsebool']) host.sh('ln -s dom0 "$HUM_DOM0/../bin/$1"', name);
    for (const name of ['lvs', 'lvcreate', 'lvremove', 'lvchange']) host.program(name, lvm);
    host.program('shim', shim);
    for (const name of counted) host.sh('ln -s ../../bin/shim "$HUM_DOM0/shims/$1"', name);
  });
  afterEach(() => host.close());

  const everything = () => host.everything() + host.sh('ls "$HUM_DOM0/lvm" 2>/dev/null || true');

  test.each(cases)(
    'while it makes $name leaves nothing, once it was undone, and can be done again',
    async (one) => {
      const { script, make, undo, stdin, look, around } = one;
      const [undoScript, ...undoArgs] = undo;
      const path = host.sh('printf %s "$PATH"');
      const shims = host.sh('printf %s "$HUM_DOM0/shims"');
      const clean = everything();
      const claim = async () => {
        if (script !== 'claim') await host.run(xenScript('claim'), ['take', mark, 'web01', 'xl', '/etc/xen/web01.cfg']);
        if (around !== undefined) host.sh(around[0]);
      };
      const drop = async () => {
        if (around !== undefined) host.sh(around[1]);
        if (script !== 'claim') await host.run(xenScript('claim'), ['drop', mark, 'web01', 'xl', '']);
      };
      const killedAt = async (at: number) => {
        host.sh('rm -f "$HUM_DOM0/count"');
        const env = { PATH: `${shims}:${path}`, HUM_PATH: path, HUM_KILL_AT: String(at) };
        return host.run(xenScript(script), make, { env, ...(stdin === undefined ? {} : { stdin }) });
      };
      const again = () => host.run(xenScript(script), make, stdin === undefined ? {} : { stdin });
      const takeBack = () => host.run(xenScript(undoScript), undoArgs);

      let at = 0;
      for (;;) {
        at += 1;
        await claim();
        const killed = await killedAt(at);
        if (killed.signal === null && killed.code === 0) break;
        const first = await takeBack();
        expect([at, first.code, first.stderr.toString()]).toEqual([at, 0, '']);
        // A claim of which nothing is there is waited for, which takes its time.
        if (script !== 'claim' || at % 8 === 0) expect((await takeBack()).code).toBe(0);
        await drop();
        expect([at, everything()]).toEqual([at, clean]);

        await claim();
        await killedAt(at);
        const second = await again();
        expect([at, second.code, second.stdout.toString() + second.stderr.toString()]).toEqual([at, 0, expect.any(String)]);
        expect([at, host.sh(look)]).toEqual([at, 'well\n']);
        expect((await takeBack()).code).toBe(0);
        await drop();
        expect([at, everything()]).toEqual([at, clean]);
      }
      // It came to its end at last, after as many kills as it has commands.
      expect(host.sh(look)).toBe('well\n');
      // What writes a configuration is one command to the script.
      expect(at).toBeGreaterThan(script === 'write-config' ? 1 : 3);
    },
    300_000,
  );
});
