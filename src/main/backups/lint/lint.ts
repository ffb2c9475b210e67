import { badSchedule, duplicateLine, ignoredName, noFinalNewline, noLock, noUser, outputNowhere, tooOften } from './line-rules.ts';
import { passwordInCommand } from './password-rule.ts';
import {
  compressLocal,
  deleteEmptySource,
  hostKeyUnknown,
  keyPassphrase,
  nestedDirectory,
  sameFileSystem,
  secretReadable,
} from './rsync-rules.ts';
import type { Found, Lint, Rule } from './rule.ts';

/** In the order in which they matter. */
const rules: readonly Rule[] = [
  noUser,
  badSchedule,
  ignoredName,
  noFinalNewline,
  hostKeyUnknown,
  keyPassphrase,
  deleteEmptySource,
  passwordInCommand,
  secretReadable,
  tooOften,
  noLock,
  outputNowhere,
  nestedDirectory,
  duplicateLine,
  sameFileSystem,
  compressLocal,
];

/** All that will go wrong with a job, each kind once. Of one that is disabled only what would matter when it is enabled again is left out: nothing is said. */
export function lintJob(lint: Lint): readonly Found[] {
  if (lint.job.disabled !== null) return [];
  const all = rules.flatMap((rule) => rule(lint));
  return all.filter((each, at) => all.findIndex(({ finding }) => finding.id === each.finding.id) === at);
}
