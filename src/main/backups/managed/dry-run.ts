import type { DryItem, DrySummary } from '../../../shared/contract/backup-jobs.ts';

/** What makes the lines that `DryRun` reads: rsync(1), "out-format". */
export const dryFormat = '--out-format=%i %l %n';

/** More items than anybody looks through; the others are counted. */
const mostItems = 20_000;
/** A path has at most 4 KiB, and rsync writes odd bytes as `\#ooo`. */
const longestLine = 32 * 1024;

/** Reads what a dry run prints, as it comes. Never throws. */
export class DryRun {
  #rest = '';
  #skipping = false;
  #items: DryItem[] = [];
  #listed = 0;
  #counts = { created: 0, changed: 0, deleted: 0 };
  #stats = new Map<string, number>();
  /** The last lines that were no items. */
  #words: string[] = [];

  add(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (!this.#skipping) this.#line(Buffer.from(line, 'latin1').toString());
      this.#skipping = false;
    }
    if (this.#rest.length > longestLine) {
      this.#rest = '';
      this.#skipping = true;
    }
  }

  /** The items since the last time. */
  take(): readonly DryItem[] {
    const items = this.#items;
    this.#items = [];
    return items;
  }

  get words(): string {
    return this.#words.join('\n');
  }

  summary(exit: number): DrySummary {
    const { created, changed, deleted } = this.#counts;
    const all = this.#stats.get('Number of files') ?? created + changed;
    return {
      ...this.#counts,
      there: Math.max(changed + deleted, all - created + deleted),
      bytes: this.#stats.get('Total transferred file size') ?? 0,
      unlisted: created + changed + deleted - this.#listed,
      exit,
    };
  }

  #line(line: string): void {
    const item = itemOf(line);
    if (item === null) return;
    if (item !== undefined) {
      this.#counts[item.what] += 1;
      if (this.#listed < mostItems) {
        this.#listed += 1;
        this.#items.push(item);
      }
      return;
    }
    const stat = /^([A-Z][a-z ]{3,40}): ([\d,.]+)/.exec(line);
    if (stat) this.#stats.set(stat[1] ?? '', Number((stat[2] ?? '').replaceAll(/[,.]/g, '')));
    else if (line.trim() !== '') this.#words = [...this.#words, line.slice(0, 500)].slice(-20);
  }
}

/** An item of a line; null for a directory of which only the time changes, which is no news; undefined for another line. */
function itemOf(line: string): DryItem | null | undefined {
  const found = /^(\*deleting {2,3}|[<>ch.*][fdLDS][.+?cstTpoguaxbn]{7,11}) (\d{1,20}) (.+)$/s.exec(line);
  if (!found) return undefined;
  const [, mark = '', bytes, path = ''] = found;
  const size = mark[1] === 'f' ? Number(bytes) : 0;
  if (mark.startsWith('*')) return { what: 'deleted', path, bytes: 0 };
  if (mark.includes('+++')) return { what: 'created', path, bytes: size };
  if (mark.startsWith('.d') && /^\.d\.\.[tT]\.*$/.test(mark)) return null;
  return { what: 'changed', path, bytes: size };
}
