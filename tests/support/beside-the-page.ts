import { test } from 'vitest';

/** For what the page's own tests of the lab walk through as well: `npm test` leaves it to them, `npm run lab -- test` runs both. */
export const besideThePage = test.skipIf(process.env.HUM_LAB_CORE === '1');
