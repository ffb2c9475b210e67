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
    const path = text.slice(start + root.length, colon);
    let lines = files.get(path) ?? '';
    let end = start;
    do {
      const from = end + head.length;
      end = text.indexOf('\n', from) + 1 || text.length;
      lines += text.slice(from, end);
    } while (text.startsWith(head, end));
    files.set(path, lines);
    start = end;
  }
  return files;
}
