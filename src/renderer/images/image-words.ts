import type { GoldenImage, ImageTransfer } from '../../shared/contract/images.ts';
import { formatBytes, formatDuration, formatRate, formatRatio } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';

const longestName = 200;

/** What a chosen file can be called in an image folder: letters, digits and . _ + - (`My Disk (1).img` is `My-Disk-1.img`); null where nothing is left. */
export function imageNameOf(fileName: string): string | null {
  const dot = fileName.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [fileName.slice(0, dot), fileName.slice(dot)] : [fileName, ''];
  const clean = (text: string) => text.replaceAll(/[^A-Za-z0-9_.+-]+/g, '-');
  const [head, tail] = [clean(stem).replaceAll(/^[^A-Za-z0-9_]+|-+$/g, ''), clean(extension).replace(/-+$/, '')];
  if (head === '') return null;
  return `${head.slice(0, Math.max(1, longestName - tail.length))}${tail}`.slice(0, longestName);
}

/** How much of an image lies on the disk: `2.0 GiB, 640 MiB on the disk`. */
export function sizeWords({ bytes, allocated }: Pick<GoldenImage, 'bytes' | 'allocated'>): string {
  return allocated < bytes ? `${formatBytes(bytes)}, ${formatBytes(allocated)} on the disk` : formatBytes(bytes);
}

/** Done of all, 0..1; null where the whole is not known. */
export function transferRatio({ bytes, total }: Pick<ImageTransfer, 'bytes' | 'total'>): number | null {
  return total === null || total <= 0 ? null : Math.min(1, bytes / total);
}

/** How a transfer stands, in words: "640 MiB of 2.0 GiB · 31 % · 84.0 MiB/s · 17 s left". */
export function progressWords({ state, bytes, total, rate }: Pick<ImageTransfer, 'state' | 'bytes' | 'total' | 'rate'>): string {
  if (state === 'done') return formatBytes(total ?? bytes);
  const ratio = transferRatio({ bytes, total });
  const parts = [total === null ? formatBytes(bytes) : `${formatBytes(bytes)} of ${formatBytes(total)}`];
  if (ratio !== null) parts.push(formatRatio(ratio));
  if (state !== 'running') return parts.join(' · ');
  if (rate !== null && rate > 0) {
    parts.push(formatRate(rate));
    if (total !== null) parts.push(`${formatDuration(((total - bytes) / rate) * 1000)} left`);
  }
  return parts.join(' · ');
}

/** What a transfer is: "Upload debian-12.img to xen-a", "Copy debian-12.img from xen-a to xen-b". */
export function transferTitle(
  { kind, name, host, from }: Pick<ImageTransfer, 'kind' | 'name' | 'host' | 'from'>,
  nameOf: (host: string) => string,
): string {
  const image = visibleText(name, 80);
  const to = visibleText(nameOf(host), 60);
  if (kind === 'verify') return `Verify ${image} on ${to}`;
  if (kind === 'upload') return `Upload ${image} to ${to}`;
  return `Copy ${image} ${from === null ? '' : `from ${visibleText(nameOf(from), 60)} `}to ${to}`;
}

/** "1 image", "3 images". */
export function imageCount(count: number): string {
  return `${count.toLocaleString('en')} ${count === 1 ? 'image' : 'images'}`;
}
