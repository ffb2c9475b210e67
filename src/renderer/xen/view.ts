import { create } from 'zustand';

/** How the page of domains is set: filter, grouping, sort and columns. Kept while the window is open. */
export interface DomainsView {
  readonly filter: string;
  /** Under a heading for each host. */
  readonly group: boolean;
  readonly sort: { readonly column: string; readonly descending: boolean } | null;
  readonly hiddenColumns: readonly string[];
}

export const useDomainsView = create<DomainsView>(() => ({ filter: '', group: false, sort: null, hiddenColumns: ['tags'] }));

/** Changes the view. What is absent stays. */
export function changeDomainsView(change: Partial<DomainsView>): void {
  useDomainsView.setState(change);
}
