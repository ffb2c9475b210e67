import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import { xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import { buildSeed } from '../../src/main/xen/deploy/seed.ts';
import { type RootScriptName, xenRootScript, xenScript } from '../../src/main/xen/scripts.ts';
import { canMakeHosts, type TrashHost, trashHost } from '../support/trash-host.ts';

/** The demo does in JavaScript what the scripts of a removal do; here both are asked the same, one after the other. */

const config = '/etc/xen/web01.cfg';
const link = '/etc/xen/auto/web01.cfg';
const disk = '/srv/xen/web01.img';
const bytes = 4096;
/** Where a template may put it. */
const seed = '/srv/xen/seeds-7';
const seedImage = buildSeed(new Map([['user-data', Buffer.from('#cloud-config\n')]]));

describe.skipIf(!canMakeHosts)('the demo removes as the scripts do (only root can make the host of this test)', () => {
  let real: TrashHost;
  const [profile] = fleetOf(1912, 1);
  const xen = profile === undefined ? null : xenHostOf(profile);
  if (profile === undefined || !xen) throw new Error('no Xen host');
  const { machine } = xen;

  beforeAll(async () => {
    real = await trashHost();
    mkdirSync(real.at('/srv/xen'));
    writeFileSync(real.at(config), 'name = "web01"\n');
    writeFileSync(real.at(disk), Buffer.alloc(bytes));
    writeFileSync(real.at(seed), seedImage);
    real.sh(`ln -s ../web01.cfg ${link}`);
    machine.files.set(config, 'name = "web01"\n');
    machine.links.set(link, '../web01.cfg');
    machine.made.set(disk, { mark: 'abc', key: 'xvda', bytes, since: 0, copied: 0, isSeed: false });
    const writeSeed = scripts.get(xenScript('seed'));
    writeSeed?.({ host: { profile, xen, now: () => 0 }, args: ['abc', 'xvdz', seed, String(seedImage.length)], stdin: seedImage });
  });
  afterAll(() => real.close());

  /** Where a thing lies and which inode it has differs; what is told of it does not. */
  const plain = (said: string) =>
    said
      .replaceAll(/\b\d+:\d+\b/g, 'ID')
      .replaceAll(/\0(?:own|beside)\0/g, '\0WHERE\0')
      .replace(/It is in \/.*/, 'It is in the trash of its file system')
      .trimEnd();

  const both = (name: RootScriptName, args: readonly string[], simulatedArgs = args) => {
    const there = real.run(name, args);
    const script = scripts.get(xenRootScript(name));
    if (script === undefined) throw new Error(`the demo does not know ${name}`);
    const simulated = script({ host: { profile, xen, now: () => 60_000 }, args: simulatedArgs, stdin: Buffer.alloc(0) });
    expect({ code: simulated.code, stdout: plain(simulated.stdout) }).toEqual({ code: there.code, stdout: plain(there.stdout) });
    return [there.stdout, simulated.stdout] as const;
  };
  const look = () => both('removal-look', ['', config, '3', '0', disk, '/srv/xen/none.img', seed, disk]);
  const move = (words: (id: string) => readonly string[], ids: readonly [string, string]) =>
    both('removal', ['entry', ...words(ids[0])], ['entry', ...words(ids[1])]);
  /** What each calls the configuration, or the first disk. */
  const idsOf = (path: string, [there, simulated]: readonly [string, string]): [string, string] => {
    const idIn = (said: string) => {
      const fields = said.split('\0');
      return path === config ? fields[fields.indexOf('config') + 2] : fields[fields.indexOf('disk') + 4];
    };
    return [idIn(there) ?? '', idIn(simulated) ?? ''];
  };

  test('sees, moves, puts back and drops the same, and says the same', () => {
    const seen = look();
    expect(seen[0]).toContain('\0seed\x002\0');
    for (const path of [config, disk]) {
      const ids = idsOf(path, seen);
      expect(ids[0]).toMatch(/^\d+:\d+$/);
      move(() => ['take', 'm-0', '7', '1:1', path, 'How to have it back.'], ids);
      move((id) => ['take', 'm-0', '7', id, path, 'How to have it back.'], ids);
      move((id) => ['take', 'm-0', '7', id, path, 'How to have it back.'], ids);
      look();
      both('trash', ['trash']);
      move((id) => ['back', 'm-0', id, path], ids);
      move((id) => ['back', 'm-0', id, path], ids);
      move(() => ['back', 'm-0', '1:1', path], ids);
      move(() => ['drop', 'm-0', '1:1', path], ids);
      look();
    }
    const ids = idsOf(disk, seen);
    move((id) => ['drop', 'm-1', id, disk], ids);
    move((id) => ['drop', 'm-1', id, disk], ids);
    move((id) => ['back', 'm-1', id, disk], ids);
    look();
  });
});
