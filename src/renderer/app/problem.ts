import { ORPCError } from '@orpc/client';
import type { Problem } from '../../shared/errors.ts';
import { HumError, problemCodes } from '../../shared/errors.ts';
import { useConnection } from './connection.ts';

/** What every call comes to while the console is out of reach. */
export const connectionLost: Problem = {
  code: 'connection-lost',
  message: 'Hum itself cannot be reached.',
  hint: 'See whether the terminal that Hum was started in still runs it. This page reconnects by itself.',
};

/** What a failed call came to: the problem that the contract carried, or the nearest one that is true. */
export function problemFrom(error: unknown): Problem {
  if (error instanceof HumError) return error.problem;
  if (error instanceof ORPCError && error.defined && isProblem(error.data)) return error.data;
  if (useConnection.getState().state !== 'connected') return connectionLost;
  if (isRefusedInput(error)) {
    return { code: 'bad-input', message: 'Hum did not accept these values.', hint: 'Look the fields over and try again.' };
  }
  return {
    code: 'internal',
    message: 'Something went wrong inside Hum.',
    hint: 'Try again. If it happens again, the log in the data folder has the details.',
    detail: error instanceof Error ? error.message : String(error),
  };
}

/** Whether it is what the console says when something fails. */
export function isProblem(data: unknown): data is Problem {
  if (typeof data !== 'object' || data === null) return false;
  const { code, message, hint } = data as Partial<Record<keyof Problem, unknown>>;
  return problemCodes.some((known) => known === code) && typeof message === 'string' && typeof hint === 'string';
}

function isRefusedInput(error: unknown): boolean {
  return error instanceof ORPCError && error.code === 'BAD_REQUEST';
}
