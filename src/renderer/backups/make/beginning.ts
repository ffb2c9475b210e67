/** What the page begins with: nothing, a job that is there (to be changed, or to be copied to others), or a line of a crontab. */
export type Beginning =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit' | 'copy'; readonly host: string; readonly name: string }
  | { readonly kind: 'adopt'; readonly host: string; readonly file: string; readonly line: number };
