/**
 * How long a test waits for what must come, ms. Far longer than it takes: a machine may have dozens of other things to do, an emulated host
 * (lab-host.ts) is slow, and a wait that ends with the state costs nothing.
 */
export const patienceMs = process.env.HUM_LABS === undefined ? 150_000 : 240_000;

/** For `vi.waitFor`. */
export const patience = { timeout: patienceMs, interval: 20 };
