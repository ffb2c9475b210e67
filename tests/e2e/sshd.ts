import { openRig, type Rig } from '../support/sshd.ts';
import { test as base } from './hum.ts';

export { expect } from './hum.ts';

/** Tests with real SSH servers beside their console; the servers of a worker live as long as it does. */
export const test = base.extend<object, { rig: Rig }>({
  rig: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from this pattern which fixtures are needed
    async ({}, use) => {
      const rig = await openRig();
      await use(rig);
      await rig.close();
    },
    { scope: 'worker' },
  ],
});
