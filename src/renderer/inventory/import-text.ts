import type { ImportResult } from '../../shared/contract/inventory.ts';
import { HumError } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { hostCount } from '../components/host-count.ts';

/** As much as the contract takes. */
const maxBytes = 8 * 1024 * 1024;

/** The text of a chosen file. @throws HumError `import-invalid` when it is too large, `file-unreadable` when it cannot be read */
export async function readImportText(file: { readonly size: number; readonly text: () => Promise<string> }): Promise<string> {
  if (file.size > maxBytes) {
    throw new HumError({
      code: 'import-invalid',
      message: 'This file is larger than 8 MiB.',
      hint: 'An inventory of 10,000 hosts is smaller than that. Choose the file that Hum exported.',
    });
  }
  try {
    return await file.text();
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
}

/** What an import came to, in one sentence. */
export function importSummary(result: ImportResult): string {
  if (result.kind === 'refused') return 'Nothing was changed.';
  const added = `Added ${hostCount(result.added)}.`;
  if (result.skipped.length === 0) return added;
  const names = result.skipped.slice(0, 3).map((name) => visibleText(name, 60));
  const more = result.skipped.length - names.length;
  return `${added} Here already: ${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
}
