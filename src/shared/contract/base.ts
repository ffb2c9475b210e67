import { oc } from '@orpc/contract';
import { z } from 'zod';
import { problemCodes } from '../errors.ts';

const problem = z.object({
  code: z.enum(problemCodes),
  message: z.string(),
  hint: z.string(),
  host: z.string().optional(),
  detail: z.string().optional(),
});

/**
 * What every procedure of the contract starts from: it may end in a `PROBLEM`, which the renderer receives typed.
 * Inputs are zod schemas, parsed in the main process. Outputs are types: they come from our own code.
 */
export const procedure = oc.errors({ PROBLEM: { status: 422, message: 'refused', data: problem } });

/** An inventory id: a UUID for a saved host, `demo-…` for a host of the demo fleet. */
export const hostId = z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'not a host id');

export const hostIds = z.array(hostId).min(1).max(10_000);
