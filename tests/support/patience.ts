/**
 * How long a test waits for what must come, ms. Far longer than it takes: a machine may have dozens of other things to do, and a wait that
 * ends with the state costs nothing.
 */
export const patienceMs = 45_000;

/** For `vi.waitFor`. */
export const patience = { timeout: patienceMs, interval: 20 };
