import type { SimulatedHost } from './simulated-host.ts';
import type { Answer } from './xen/answer.ts';

/** One run of a script that Hum brings through the door. */
export interface ScriptCall {
  readonly host: SimulatedHost;
  readonly args: readonly string[];
  readonly stdin: Buffer;
}

export type Script = (call: ScriptCall) => Answer;
