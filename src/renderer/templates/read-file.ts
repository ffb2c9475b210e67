import { HumError } from '../../shared/errors.ts';

/** As much as the contract takes, in characters. */
const maxCharacters = 262_144;

/** The text of a chosen file. @throws HumError `import-invalid` when it is too large or no text, `file-unreadable` when it cannot be read */
export async function readTextFile(file: { readonly size: number; readonly text: () => Promise<string> }): Promise<string> {
  // UTF-8 has four bytes at most for a character.
  if (file.size > 4 * maxCharacters) throw tooLarge();
  let text: string;
  try {
    text = await file.text();
  } catch (cause) {
    throw new HumError(
      {
        code: 'file-unreadable',
        message: 'This file could not be read.',
        hint: 'It may have been moved since it was chosen, or its permissions may keep you out. Choose it again.',
        detail: cause instanceof Error ? cause.message : String(cause),
      },
      { cause },
    );
  }
  if (text.length > maxCharacters) throw tooLarge();
  if (text.includes('\0')) {
    throw new HumError({
      code: 'import-invalid',
      message: 'This file is no text.',
      hint: 'Choose a YAML file or a configuration of xl or xm.',
    });
  }
  return text;
}

function tooLarge(): HumError {
  return new HumError({
    code: 'import-invalid',
    message: 'This file is larger than 256 KiB.',
    hint: 'A template or a configuration has some dozens of lines. Choose another file.',
  });
}
