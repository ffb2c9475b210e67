/** A change of a text: `remove` characters at `at` are replaced by `insert`. */
export interface Edit {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** The text with all of these done. They must not overlap. */
export function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((left, right) => right.at - left.at)
    .reduce((before, { at, remove, insert }) => before.slice(0, at) + insert + before.slice(at + remove), text);
}
