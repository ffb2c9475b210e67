import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { dryFormat } from '../../src/main/backups/managed/dry-run.ts';
import { readLook } from '../../src/main/backups/managed/host-look.ts';
import { definitionIn, jobScript } from '../../src/main/backups/managed/job-script.ts';
import asUser from '../../src/main/backups/managed/scripts/as-user.sh?raw';
import look from '../../src/main/backups/managed/scripts/look.sh?raw';
import place from '../../src/main/backups/managed/scripts/place.sh?raw';
import wayIn from '../../src/main/backups/managed/scripts/way-in.sh?raw';
import { readWay } from '../../src/main/backups/managed/way-in.ts';
import { backupsOf } from '../../src/main/demo/backup-cast.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import type { SimulatedHost } from '../../src/main/demo/simulated-host.ts';
import { versionOf } from '../../src/main/plans/file-step.ts';
import { someJob } from '../support/backup-jobs.ts';

/** A host of the demo answers the scripts of backup jobs as a real one does. */

const [profile] = fleetOf(1912, 1);
const host: SimulatedHost = { profile: profile ?? expect.fail('no host'), xen: undefined, now: () => 0 };
const ask = (script: string, args: readonly string[], stdin = '') =>
  scripts.get(script)?.({ host, args, stdin: Buffer.from(stdin) }) ?? expect.fail('the demo does not know this script');

describe('backup jobs in the demo', () => {
  it('are looked at, written and refused as place.sh does', () => {
    const real = spawnSync('sh', ['-c', look, 'sh', 'nothing-of-hum', 'root', '']);
    const [said, simulated] = [readLook(real.stdout), readLook(Buffer.from(ask(look, ['nothing-of-hum', 'root', '']).stdout))];
    expect([said?.texts, said?.account]).toEqual([simulated?.texts, simulated?.account]);
    const [path, first, second] = ['/etc/cron.d/hum-web', 'one\n', 'two\n'];
    expect(ask(place, [path, '0644', '', versionOf(first)], first).code).toBe(0);
    expect(readLook(Buffer.from(ask(look, ['web', '', '']).stdout))?.texts.cron).toBe(first);
    expect(ask(place, [path, '0644', versionOf(second), versionOf('x')], 'x').code).toBe(81);
    expect(ask(place, [path, '0644', versionOf(first), ''], '').code).toBe(0);
    expect(readLook(Buffer.from(ask(look, ['web', '', '']).stdout))?.texts.cron).toBe(null);
  });

  it('are there from the beginning, and Hum reads what they are', () => {
    const jobs = fleetOf(1912, 12).flatMap((each) => [...backupsOf({ profile: each, xen: undefined, now: () => 0 }, 1_800_000_000).files]);
    const scriptsOfHum = jobs.filter(([path]) => path.startsWith('/etc/hum/jobs/'));
    expect(scriptsOfHum.length).toBeGreaterThan(2);
    for (const [path, text] of scriptsOfHum)
      expect(definitionIn(text)?.name, path).toBe(path.slice('/etc/hum/jobs/'.length, -'.sh'.length));
  });

  it('have a way in that Hum reads, and a dry run of what is there', () => {
    const job = someJob({
      sources: ['/var/www/html/'],
      destination: { kind: 'ssh', host: 'backup01', user: null, port: null, keyFile: null, path: '/backup' },
    });
    const way = ask(asUser, ['root', wayIn, 'ssh', '/backup', '1', '/var/www/html/', 'ssh', 'backup01']);
    expect(readWay(job, way.stdout, way.stderr).checks.map(({ id, state }) => [id, state])).toEqual([
      ['source', 'ok'],
      ['login', 'ok'],
      ['far-rsync', 'ok'],
      ['rights', 'ok'],
    ]);
    expect(ask(asUser, ['nobody', wayIn]).code).toBe(86);
    expect(ask(asUser, ['root', jobScript(job), 'dry', dryFormat]).stdout).toContain('>f+++++++++ 5120 var/www/html/index.html\n');
  });
});
