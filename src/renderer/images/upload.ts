import type { Problem } from '../../shared/errors.ts';

/** Why a chosen file cannot be uploaded under this name, before anything is asked of a host; null where nothing speaks against it. */
export function whyNotUpload(
  file: { readonly name: string; readonly size: number },
  name: string | null,
  there: ReadonlySet<string>,
): Problem | null {
  if (name === null) {
    return {
      code: 'bad-input',
      message: 'The name of this file has no letter and no digit.',
      hint: 'Rename it to what the image is to be called: letters, digits and . _ + -.',
      detail: file.name,
    };
  }
  if (file.size === 0) {
    return { code: 'bad-input', message: 'This file is empty.', hint: 'Choose the image of a disk.', detail: file.name };
  }
  if (name.endsWith('.sha256')) {
    return {
      code: 'bad-input',
      message: 'A file that ends in .sha256 is the note of an image, and no image.',
      hint: 'Upload the image: its checksum is noted by itself.',
      detail: file.name,
    };
  }
  if (there.has(name)) {
    return {
      code: 'conflict',
      message: 'There is an image of this name on the host.',
      hint: 'Remove that one first, or rename your file.',
      detail: name,
    };
  }
  return null;
}
