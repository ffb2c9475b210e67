import type { GoldenImage, ImageTransfer } from '../../shared/contract/images.ts';
import { formatBytes, formatDuration, formatRate, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

const longestName = 200;

/** What a chosen file can be called in an image folder: letters, digits and . _ + - (`My Disk (1).img` is `My-Disk-1.img`); null where nothing is left. */
export function imageNameOf(fileName: string): string | null {
  const clean = fileName
    .replaceAll(/[^A-Za-z0-9_.+-]+/g, '-')
    .replaceAll(/-+(?=\.|$)/g, '')
    .replace(/^[^A-Za-z0-9_]+/, '');
  if (clean === '') return null;
  // What is too long is cut before its extension, which says what it is.
  const [extension = ''] = /\.[A-Za-z0-9]{1,16}$/.exec(clean) ?? [];
  const stem = clean.slice(0, clean.length - extension.length);
  return `${stem.slice(0, longestName - extension.length)}${extension}`;
}

/** How much of an image lies on the disk: `2.0 GiB, 640 MiB on the disk`. */
export function sizeWords({ bytes, allocated }: Pick<GoldenImage, 'bytes' | 'allocated'>): string {
  return allocated < bytes ? `${formatBytes(bytes)}, ${formatBytes(allocated)} on the disk` : formatBytes(bytes);
}

/** Done of all, 0..1; null where the whole is not known. */
export function transferRatio({ bytes, total }: Pick<ImageTransfer, 'bytes' | 'total'>): number | null {
  return total === null || total <= 0 ? null : Math.min(1, bytes / total);
}

/** Of an image, or of a file of a terminal. */
type Standing = Pick<ImageTransfer, 'state' | 'checking' | 'bytes' | 'total' | 'rate'> & {
  readonly kind: ImageTransfer['kind'] | 'download';
};

/** How a transfer stands, in words: "640 MiB of 2.0 GiB · 31 % · 84.0 MiB/s · 17 s left". */
export function progressWords({ kind, state, checking, bytes, total, rate }: Standing): string {
  if (state === 'done') return formatBytes(total ?? bytes);
  const ratio = transferRatio({ bytes, total });
  const parts = [total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`];
  // What is only verified is nothing but checked.
  if (checking && kind !== 'verify') parts.unshift('checking');
  if (ratio !== null) parts.push(formatRatio(ratio));
  if (state !== 'running') return parts.join(' · ');
  if (rate !== null && rate > 0) {
    parts.push(formatRate(rate));
    if (total !== null) parts.push(`${formatDuration(((total - bytes) / rate) * 1000)} left`);
  }
  return parts.join(' · ');
}

/** The same of a transfer of an image, which is compared with its source before it is done. */
export function transferWords(transfer: ImageTransfer): string {
  const words = progressWords(transfer);
  return transfer.state === 'done' && transfer.kind !== 'verify' ? `${words} · checked` : words;
}

/**
 * What a transfer is: "Upload debian-12.img to xen-a", "Copy debian-12.img from xen-a to xen-b". Where hosts have `several` folders of images these are
 * named, too: "to xen-a:/srv/xen/images".
 */
export function transferTitle(
  { kind, name, host, folder, from, fromFolder }: Pick<ImageTransfer, 'kind' | 'name' | 'host' | 'folder' | 'from' | 'fromFolder'>,
  nameOf: (host: string) => string,
  several = false,
): string {
  const image = visibleText(name, 80);
  const place = (of: string, path: string | null) =>
    `${visibleText(nameOf(of), 60)}${several && path !== null ? `:${visibleText(path, 200)}` : ''}`;
  const to = place(host, folder);
  if (kind === 'verify') return `Verify ${image} on ${to}`;
  if (kind === 'upload') return `Upload ${image} to ${to}`;
  return `Copy ${image} ${from === null ? '' : `from ${place(from, fromFolder)} `}to ${to}`;
}

/** "web, db and 2 more": the first `most`, each cut at `longest` characters. */
export function someOf(names: readonly string[], most: number, longest: number): string {
  const shown = names.slice(0, most).map((name) => visibleText(name, longest));
  return names.length > shown.length ? `${shown.join(', ')} and ${names.length - shown.length} more` : shown.join(', ');
}

/** "1 image", "3 images". */
export function imageCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`;
}

/** Whether one more has ended: also one that began and ended since, or that ran and has been forgotten. */
export function endedMore(before: readonly ImageTransfer[], after: readonly ImageTransfer[]): boolean {
  const endedBefore = new Set(before.filter(({ state }) => state !== 'running').map(({ id }) => id));
  const known = new Set(after.map(({ id }) => id));
  return (
    after.some(({ id, state }) => state !== 'running' && !endedBefore.has(id)) ||
    before.some(({ id, state }) => state === 'running' && !known.has(id))
  );
}
