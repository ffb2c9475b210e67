import type { GoldenImage, ImageFolder, ImageTransfer } from '../../shared/contract/images.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act, showProblem } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { fileOrProblem } from '../components/file-problem.ts';
import { sendFile, sendPiece } from '../components/send-file.ts';
import { wayToHost } from '../files/way-to-host.ts';
import { imageNameOf } from './image-words.ts';
import { useTransfers } from './store.ts';
import { whyNotUpload } from './upload.ts';

/** The uploads that this window feeds, by the id of their transfer. They go on while other pages are looked at. */
const feeding = new Map<string, AbortController>();

/** Uploads a file of this computer into a folder of images. How it goes shows in the transfers. */
export async function uploadImage(
  { host, path: folder, images }: Pick<ImageFolder, 'host' | 'path' | 'images'>,
  file: File,
): Promise<void> {
  const name = imageNameOf(file.name);
  const doing = `Uploading ${visibleText(file.name, 80)}`;
  const refused = whyNotUpload(file, name, new Set(images.map((image) => image.name)));
  if (refused || name === null) {
    if (refused) showProblem(refused, doing);
    return;
  }
  const stopping = new AbortController();
  // Only of a file that was chosen once it is known that it is the same when an upload goes on.
  const chosen = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(18))))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
  let id: string | null = null;
  const feeds = (next: string | null) => {
    if (id !== null) {
      feeding.delete(id);
      awaits(id, false);
    }
    id = next;
    if (id !== null) feeding.set(id, stopping);
  };
  const leave = (event: BeforeUnloadEvent) => event.preventDefault();
  window.addEventListener('beforeunload', leave);
  try {
    await sendFile(
      file,
      {
        begin: () => client.images.beginUpload({ host, folder, name, bytes: file.size, modifiedAt: file.lastModified, chosen }),
        send: sendPiece,
        ...wayToHost(host, () => {
          if (id !== null) awaits(id, true);
        }),
      },
      feeds,
      stopping.signal,
    );
  } catch (error) {
    // What a person cancelled needs no notification.
    if (stopping.signal.aborted) return;
    showProblem(fileOrProblem(error), doing);
    // The console would wait for the rest of the file. Where the upload has ended already, it has said how.
    if (error instanceof DOMException && id !== null) await client.images.leaveUpload({ transfer: id }).catch(() => undefined);
  } finally {
    window.removeEventListener('beforeunload', leave);
    feeds(null);
  }
}

function awaits(id: string, waits: boolean): void {
  useTransfers.setState(({ awaited }) => ({ awaited: new Set([...awaited].filter((each) => each !== id).concat(waits ? [id] : [])) }));
}

/** Goes on no more with an upload that was cut, once its host is back. What has arrived stays. */
export function stopWaiting(id: string): void {
  feeding.get(id)?.abort();
}

/** Whether this window sends the file of an upload; one that it does not feed waits for its file to be chosen again. */
export function isFed(id: string): boolean {
  return feeding.has(id);
}

/** Ends a transfer. */
export async function cancelTransfer({ id, name }: Pick<ImageTransfer, 'id' | 'name'>): Promise<void> {
  feeding.get(id)?.abort();
  await act({
    doing: `Cancelling what is done with ${visibleText(name, 80)}`,
    run: () => client.images.cancel({ transfer: id }),
    done: () => null,
  });
}

/** Copies an image into another folder of images. */
export async function copyImage(
  { host, folder, name }: Pick<GoldenImage, 'host' | 'folder' | 'name'>,
  to: Pick<ImageFolder, 'host' | 'path'>,
): Promise<void> {
  await act({
    doing: `Copying ${visibleText(name, 80)}`,
    run: () => client.images.copy({ from: host, fromFolder: folder, to: to.host, toFolder: to.path, name }),
    done: () => null,
  });
}

/** Reads an image and compares it with its checksum, or notes the checksum. */
export async function verifyImage({ host, folder, name }: Pick<GoldenImage, 'host' | 'folder' | 'name'>): Promise<void> {
  await act({
    doing: `Verifying ${visibleText(name, 80)}`,
    run: () => client.images.verify({ host, folder, name }),
    done: () => null,
  });
}

/** Removes an image for good; gives whether it went. */
export async function removeImage(
  { host, folder, name }: Pick<GoldenImage, 'host' | 'folder' | 'name'>,
  hostName: string,
): Promise<boolean> {
  const removed = await act({
    doing: `Removing ${visibleText(name, 80)}`,
    run: async () => {
      await client.images.remove({ host, folder, name });
      return true;
    },
    done: () => `Removed ${visibleText(name, 80)} from ${visibleText(hostName, 80)}.`,
  });
  return removed === true;
}
