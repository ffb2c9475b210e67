/** A piece of a name: text that is fixed, or a number that may become a range. */
type Piece = string;

const byValue = (left: string, right: string) => Number(left) - Number(right) || left.length - right.length;
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Names as ClusterShell writes them, the other way round than `expandNodeSet`: `web01`, `web02`, `web03`, `db1` are `db1,web[01-03]`. Names
 * that differ in several numbers fold in each (`rack[1-2]n[1-4]`). In the order that people expect.
 */
export function foldNames(names: readonly string[]): string {
  const plain = [...new Set(names)];
  // What means something to a node set itself stays as it is.
  const odd = plain.filter((name) => /[[\],]/.test(name));
  let pieces = plain.filter((name) => !/[[\],]/.test(name)).map((name): Piece[] => name.split(/(?<!\d)(\d{1,15})(?!\d)/));
  const most = Math.max(0, ...pieces.map((name) => name.length));
  // A number stands at each odd place. The last first: it is the one that counts machines in most names.
  for (let place = most - (most % 2 === 0 ? 1 : 2); place > 0; place -= 2) pieces = foldedAt(pieces, place);
  return [...pieces.map((name) => name.join('')), ...odd].sort(byName.compare).join(',');
}

/** Those that differ at this place alone, as one. */
function foldedAt(names: readonly Piece[][], place: number): Piece[][] {
  const alike = new Map<string, Piece[][]>();
  for (const name of names) {
    const rest = JSON.stringify(name.length > place ? name.with(place, '') : [name]);
    const group = alike.get(rest);
    if (group === undefined) alike.set(rest, [name]);
    else group.push(name);
  }
  return [...alike.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length === 1) return group;
    return [first.with(place, ranges(group.map((name) => name[place] ?? '')))];
  });
}

/** `[01-03,7]`. The first number of a range says how wide the others are. */
function ranges(numbers: readonly string[]): string {
  const runs: string[][] = [];
  for (const number of [...numbers].sort(byValue)) {
    const run = runs.at(-1);
    if (run !== undefined && number === following(run[0] ?? '', run.at(-1) ?? '')) run.push(number);
    else runs.push([number]);
  }
  return `[${runs.map((run) => (run.length === 1 ? run[0] : `${run[0]}-${run.at(-1)}`)).join(',')}]`;
}

function following(first: string, last: string): string {
  return String(Number(last) + 1).padStart(first.startsWith('0') ? first.length : 0, '0');
}
