/** The text of each file by its path below /proc: `meminfo`, `pressure/memory`, `net/dev`. Only the lines that probe.sh sends. */
export type ProcFiles = ReadonlyMap<string, string>;

/**
 * Takes apart what `grep` printed of several files, `<path>:<line>` each. Other lines, such as grep's remark on a binary file, are left out.
 * `proc` is where the host's proc(5) is mounted.
 */
export function splitFiles(text: string, proc: string): ProcFiles {
  const files = new Map<string, string>();
  const root = `${proc}/`;
  let start = 0;
  while (start < text.length) {
    const colon = text.startsWith(root, start) ? text.indexOf(':', start + root.length) : -1;
    const lineEnd = text.indexOf('\n', start) + 1 || text.length;
    if (colon < 0 || colon >= lineEnd) {
      start = lineEnd;
      continue;
    }
    const head = text.slice(start, colon + 1);
    let end = lineEnd;
    while (end < text.length && text.startsWith(head, end)) end = text.indexOf('\n', end) + 1 || text.length;
    const path = head.slice(root.length, -1);
    const lines = text.slice(start + head.length, end).replaceAll(`\n${head}`, '\n');
    files.set(path, (files.get(path) ?? '') + lines);
    start = end;
  }
  return files;
}
