import type { Problem } from '../../shared/errors.ts';
import { problemFrom } from '../app/problem.ts';

/** What went wrong with an upload. The file may have been moved or changed while it was read: the browser says so in words of its own. */
export function fileOrProblem(error: unknown): Problem {
  if (!(error instanceof DOMException)) return problemFrom(error);
  return {
    code: 'file-unreadable',
    message: 'This file could not be read to its end.',
    hint: 'It may have been moved or changed meanwhile. Choose it again: the upload goes on where it was cut.',
    detail: error.message,
  };
}
