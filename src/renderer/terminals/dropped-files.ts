import type { Problem } from '../../shared/errors.ts';

export function holdsFiles({ types }: Pick<DataTransfer, 'types'>): boolean {
  return types.includes('Files');
}

/** The files that were dropped; null where a folder is among them, which a browser gives as a file that cannot be read. */
export function droppedFiles({ files, items }: Pick<DataTransfer, 'files' | 'items'>): readonly File[] | null {
  if ([...items].some((item) => item.webkitGetAsEntry()?.isDirectory)) return null;
  return [...files];
}

export const noFolders: Problem = {
  code: 'bad-input',
  message: 'A folder cannot be dropped here, only files.',
  hint: 'Pack it first: tar or zip.',
};

/** A file that misses its terminal would take the place of the page. Returns the way to stop. */
export function refuseStrayDrops(): () => void {
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || event.dataTransfer === null || !holdsFiles(event.dataTransfer)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = 'none';
  };
  window.addEventListener('dragover', refuse);
  window.addEventListener('drop', refuse);
  return () => {
    window.removeEventListener('dragover', refuse);
    window.removeEventListener('drop', refuse);
  };
}
