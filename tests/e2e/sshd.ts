import { openRig, type Rig } from '../support/sshd.ts';
import { test as base } from './hum.ts';

export { expect } from './hum.ts';

interface Servers {
  /** Real SSH servers beside the console; those of a worker live as long as it does. */
  rig: Rig;
  /**
   * The account to log in as: one with an empty home, since what the start files of a person's own shell do (and leave undone when a test
   * kills the server) is not what these tests are about. Only root can make one; others log in as themselves.
   */
  account: string;
}

export const test = base.extend<object, Servers>({
  rig: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern which fixtures are needed
    async ({}, use) => {
      const rig = await openRig();
      await use(rig);
      await rig.close();
    },
    { scope: 'worker' },
  ],
  account: [
    async ({ rig }, use) => use(process.getuid?.() === 0 ? (await rig.account({ shell: '/bin/sh' })).name : rig.user),
    { scope: 'worker' },
  ],
});
