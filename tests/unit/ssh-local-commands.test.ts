import { expect, test } from 'vitest';
import { lookupFailure } from '../../src/main/ssh/failures.ts';
import { localCommands } from '../../src/main/ssh/local-commands.ts';

test('a hint names a command that the person has: one of the system that the console runs on', () => {
  expect(localCommands('linux').lookUp('web1')).toBe('getent hosts web1');
  expect(localCommands('darwin').lookUp('web1')).toBe('dscacheutil -q host -a name web1');
  expect(localCommands('win32').tryPort('web1', 22)).toBe('Test-NetConnection web1 -Port 22');
  const { problem } = lookupFailure({ id: 'a', address: 'web1', port: 22, user: 'root' }, new Error('ENOTFOUND'));
  expect(problem.hint).toContain(localCommands().lookUp('web1'));
});
