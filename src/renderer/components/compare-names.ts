const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** The order of names as people expect it: `web2` before `web10`. */
export function compareNames(left: string, right: string): number {
  return byName.compare(left, right);
}
