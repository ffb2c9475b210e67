import { versionOf, writeFileStep } from '../../plans/file-step.ts';
import { type Action, type Json, type StepContext, StepRefused } from '../../plans/plan.ts';
import { shownWord } from '../../ssh/quote.ts';
import { type Edit, edited } from './edit.ts';
import { readFile } from './read-file.ts';

/**
 * The `backups.edit` handler: a change of a file as it is on the host, so that no more than the change stands in the journal. Its undo is `file-back`.
 * @throws HumError `config-changed` where the file is another one by now, and as `writeFileStep` and `readFile`
 */
export async function editFileStep(args: Action['args'], context: StepContext): Promise<void> {
  const { path, expectedVersion, version, edits } = args;
  const now = await readFile(context.runner(), String(path));
  const content =
    now === undefined
      ? undefined
      : now.version === version
        ? now.text
        : now.version === expectedVersion
          ? edited(now.text, editsOf(edits))
          : undefined;
  if (content === undefined || versionOf(content) !== version) {
    throw new StepRefused({
      code: 'config-changed',
      message: `${shownWord(String(path))} is not the file that it was: somebody else changed it.`,
      hint: 'Nothing was written. Look at what it holds now, then decide again.',
    });
  }
  await writeFileStep({ ...args, content }, context);
}

function editsOf(edits: Json | undefined): readonly Edit[] {
  return (Array.isArray(edits) ? edits : []).flatMap((edit: Json) => {
    if (typeof edit !== 'object' || edit === null || Array.isArray(edit)) return [];
    const { at, remove, insert } = edit as { readonly [key: string]: Json };
    return typeof at === 'number' && typeof remove === 'number' && typeof insert === 'string' ? [{ at, remove, insert }] : [];
  });
}
