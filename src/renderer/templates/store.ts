import { useEffect } from 'react';
import { create } from 'zustand';
import type { BrokenTemplate, TemplateSummary } from '../../shared/contract/templates.ts';
import type { Problem } from '../../shared/errors.ts';
import { subscribe } from '../app/client.ts';
import { sharedStream } from '../app/shared-stream.ts';

export interface TemplatesState {
  /** False until the first snapshot. */
  readonly loaded: boolean;
  readonly templates: readonly TemplateSummary[];
  readonly broken: readonly BrokenTemplate[];
  /** Why the stream broke, while it is broken though the connection stands. */
  readonly problem: Problem | null;
}

/** Every template that there is, fed while a page that needs them is open. */
export const useTemplates = create<TemplatesState>(() => ({ loaded: false, templates: [], broken: [], problem: null }));

const follow = sharedStream(() =>
  subscribe(
    (client, signal) => client.templates.watch(undefined, { signal }),
    ({ templates, broken }) => useTemplates.setState({ loaded: true, templates, broken, problem: null }),
    { onProblem: (problem) => useTemplates.setState({ problem }) },
  ),
);

/** Keeps the store fed for as long as the component is mounted. */
export function useFollowTemplates(): void {
  useEffect(follow, []);
}
