import { create } from 'zustand';

/** A text that was not saved when its editor was left, or one made from something else that no editor has shown yet. */
export interface Draft {
  readonly text: string;
  /** Where it comes from: "Made from the VM web01." Empty for one that was typed. */
  readonly source: string;
  /** What whoever made it has to say of it. */
  readonly notes: readonly string[];
}

/** By the id of the template; `new` for one that has no file yet. They last as long as the window. */
export const useDrafts = create<ReadonlyMap<string, Draft>>(() => new Map());

/** The key of the draft that has no file yet. */
export const newDraft = 'new';

export function keepDraft(key: string, draft: Draft): void {
  useDrafts.setState((before) => new Map(before).set(key, draft), true);
}

export function dropDraft(key: string): void {
  useDrafts.setState((before) => new Map([...before].filter(([each]) => each !== key)), true);
}
