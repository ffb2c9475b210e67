import { HumError } from '../../shared/errors.ts';
import type { Action } from '../plans/plan.ts';

/** What a journal holds of a step. It may be of another Hum: each of these throws `bad-input` for what is not as it should be. */
export type Args = Action['args'];

/** @throws HumError `bad-input` */
export function text(args: Args, key: string): string {
  const value = args[key];
  if (typeof value !== 'string') throw unreadable();
  return value;
}

/** @throws HumError `bad-input` */
export function list(args: Args, key: string): readonly string[] {
  const value = args[key];
  if (!Array.isArray(value) || !value.every((word) => typeof word === 'string')) throw unreadable();
  return value;
}

/** Nothing for a domain without one; the script then goes by id and name together. */
export function uuidOf(args: Args): string {
  return typeof args.uuid === 'string' ? args.uuid : '';
}

export function idOf(args: Args): string {
  return typeof args.id === 'number' ? String(args.id) : '';
}

export function unreadable(): HumError {
  return new HumError({
    code: 'bad-input',
    message: 'The journal holds a step that this Hum cannot do.',
    hint: 'Do the step by hand, or leave it.',
  });
}
