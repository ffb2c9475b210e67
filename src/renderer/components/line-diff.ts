/** A line of a comparison of two texts: in both, only in the old one, or only in the new one. Numbers count from 1. */
export interface DiffLine {
  readonly kind: 'same' | 'old' | 'new';
  readonly text: string;
  readonly oldNumber: number | null;
  readonly newNumber: number | null;
}

/** Above this many pairs of lines the middle is told as all old, then all new: a configuration has some dozens of lines. */
const mostPairs = 4_000_000;

/** What has to be taken out of `before` and put in to make `after`, line by line: the longest common subsequence stays. */
export function lineDiff(before: string, after: string): readonly DiffLine[] {
  const old = linesOf(before);
  const now = linesOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start += 1;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old[old.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  const middle = between(old.slice(start, old.length - end), now.slice(start, now.length - end));
  const kinds = [...Array<DiffLine['kind']>(start).fill('same'), ...middle, ...Array<DiffLine['kind']>(end).fill('same')];
  let oldAt = 0;
  let newAt = 0;
  return kinds.map((kind) => {
    if (kind !== 'new') oldAt += 1;
    if (kind !== 'old') newAt += 1;
    const text = (kind === 'new' ? now[newAt - 1] : old[oldAt - 1]) ?? '';
    return { kind, text, oldNumber: kind === 'new' ? null : oldAt, newNumber: kind === 'old' ? null : newAt };
  });
}

/** So many equal lines that are not shown. */
export interface DiffGap {
  readonly kind: 'gap';
  readonly lines: number;
}

/** The differences with `context` equal lines around each; what lies between is told by its length. */
export function hunksOf(lines: readonly DiffLine[], context: number): readonly (DiffLine | DiffGap)[] {
  const near = new Set<number>();
  for (const [at, { kind }] of lines.entries()) {
    if (kind === 'same') continue;
    for (let each = at - context; each <= at + context; each += 1) near.add(each);
  }
  const shown: (DiffLine | DiffGap)[] = [];
  for (const [at, line] of lines.entries()) {
    const last = shown.at(-1);
    if (near.has(at)) shown.push(line);
    else if (last?.kind === 'gap') shown[shown.length - 1] = { kind: 'gap', lines: last.lines + 1 };
    else shown.push({ kind: 'gap', lines: 1 });
  }
  return shown;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

function between(old: readonly string[], now: readonly string[]): readonly DiffLine['kind'][] {
  if (old.length * now.length > mostPairs) return [...old.map(() => 'old' as const), ...now.map(() => 'new' as const)];
  // lengths[i * width + j]: of the longest common subsequence of what follows line i of the old and line j of the new text.
  const width = now.length + 1;
  const lengths = new Uint32Array((old.length + 1) * width);
  const lengthAt = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    for (let j = now.length - 1; j >= 0; j -= 1) {
      lengths[i * width + j] = old[i] === now[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
    }
  }
  const kinds: DiffLine['kind'][] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      kinds.push('same');
      i += 1;
      j += 1;
    } else if (i < old.length && (j === now.length || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      kinds.push('old');
      i += 1;
    } else {
      kinds.push('new');
      j += 1;
    }
  }
  return kinds;
}
