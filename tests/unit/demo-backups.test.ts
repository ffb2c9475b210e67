import { expect, test } from 'vitest';
import { backupScript, hostBackups } from '../../src/main/backups/host-backups.ts';
import { fleetOf } from '../../src/main/demo/profiles.ts';
import { scripts } from '../../src/main/demo/scripts.ts';
import type { SimulatedHost } from '../../src/main/demo/simulated-host.ts';
import { xenHostOf } from '../../src/main/demo/xen/xen-host.ts';
import type { Runner } from '../../src/main/ssh/session.ts';

/** A runner whose host is one of the demo's: it knows what the demo knows, by the very text of each script. */
function demoRunner(host: SimulatedHost): Runner {
  const never = () => Promise.reject(new Error('not here'));
  return {
    async run(script, args = [], { stdin = '' } = {}) {
      const answer = scripts.get(script);
      if (answer === undefined) throw new Error('the demo knows no such script');
      const { code, stdout, stderr } = answer({ host, args, stdin: Buffer.from(String(stdin)) });
      return { code, signal: null, stdout: Buffer.from(stdout), stderr: Buffer.from(stderr) };
    },
    open: never,
    terminal: never,
  };
}

test('the hosts of the demo tell of their backups as a real one would, and there is one in each state', async () => {
  expect(scripts.has(backupScript)).toBe(true);
  const states = new Set<string>();
  const findings = new Set<string>();
  for (const profile of fleetOf(1912, 24)) {
    const backups = hostBackups(profile.name);
    const runner = demoRunner({ profile, xen: xenHostOf(profile), now: () => 0 });
    await backups.read(runner);
    const first = backups.view;
    expect(first.problem).toBeUndefined();
    // Asked again it has nothing new, and the same is known.
    await backups.read(runner);
    expect(backups.view.jobs.map(({ id, days }) => [id, days])).toEqual(first.jobs.map(({ id, days }) => [id, days]));
    for (const job of first.jobs) {
      states.add(job.state);
      for (const { id } of job.findings) findings.add(id);
    }
  }
  expect([...states].sort()).toEqual(expect.arrayContaining(['failing', 'healthy', 'overdue', 'running']));
  expect([...findings]).toEqual(
    expect.arrayContaining(['no-user', 'too-often', 'no-lock', 'ignored-name', 'output-nowhere', 'host-key-unknown']),
  );
});
