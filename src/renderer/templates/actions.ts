import type { TemplateComplaint, TemplateSummary } from '../../shared/contract/templates.ts';
import type { DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { go, newTemplatePath } from '../app/paths.ts';
import { downloadText } from '../components/download.ts';
import { keepDraft, newDraft } from './drafts.ts';
import { readTextFile } from './read-file.ts';
import { exportName, renamed } from './template-list.ts';

/** A configuration that could not be made into a template, and why. */
export interface RefusedConfig {
  readonly fileName: string;
  readonly problem: Problem;
  readonly complaints: readonly TemplateComplaint[];
}

/** Opens the editor on a text that has no file yet. */
function edit(text: string, source: string, notes: readonly string[]): void {
  keepDraft(newDraft, { text, source, notes });
  go(newTemplatePath);
}

/** Removes one of the user's own; the notification offers to bring it back. */
export async function removeTemplate({ id, name }: Pick<TemplateSummary, 'id' | 'name'>): Promise<void> {
  const shown = visibleText(name, 80);
  await act({
    doing: `Removing ${shown}`,
    run: () => client.templates.remove({ id }),
    done: () => `Removed ${shown}.`,
    undo: ({ text }) => ({
      doing: `Bringing ${shown} back`,
      run: () => client.templates.save({ id, text, version: null }),
      done: () => `Brought back ${shown}.`,
    }),
  });
}

/** Opens the editor on a copy, which becomes the user's own when it is saved. */
export async function duplicateTemplate({ id, name }: TemplateSummary): Promise<void> {
  await act({
    doing: `Copying ${visibleText(name, 80)}`,
    run: async () => {
      const { text } = await client.templates.read({ id });
      edit(renamed(text, `${name} (copy)`), `A copy of ${visibleText(name, 80)}.`, []);
    },
    done: () => null,
  });
}

/** Saves a template as a file on the person's machine. */
export async function exportTemplate({ id, name }: TemplateSummary): Promise<void> {
  await act({
    doing: `Exporting ${visibleText(name, 80)}`,
    run: async () => {
      const { text } = await client.templates.read({ id });
      downloadText(exportName(id), text, 'application/yaml');
    },
    done: () => `Saved ${exportName(id)}.`,
  });
}

/** Opens the editor on a template that somebody gave: it is looked at before it is saved. */
export async function importTemplate(file: File): Promise<void> {
  await act({
    doing: `Reading ${visibleText(file.name, 80)}`,
    run: async () => edit(await readTextFile(file), `From the file ${visibleText(file.name, 80)}.`, []),
    done: () => null,
  });
}

/** Opens the editor on the template that a configuration of xl or xm comes to; gives why it cannot be one. */
export async function importConfig(file: File): Promise<RefusedConfig | null> {
  const fileName = file.name.slice(0, 255);
  const read = await act({
    doing: `Reading ${visibleText(fileName, 80)}`,
    run: async () => client.templates.fromConfig({ text: await readTextFile(file), fileName }),
    done: () => null,
  });
  if (read === undefined) return null;
  if (read.kind === 'refused') return { fileName, problem: read.problem, complaints: read.complaints };
  edit(read.text, `Made from ${visibleText(fileName, 80)}.`, read.notes);
  return null;
}

/** Opens the editor on a template that would build a VM like this one. */
export async function templateFromDomain({ host, key, name }: DomainRow): Promise<void> {
  await act({
    doing: `Making a template from ${visibleText(name, 80)}`,
    run: async () => {
      const { text, notes } = await client.templates.fromDomain({ host, key });
      edit(text, `Made from the VM ${visibleText(name, 80)}.`, notes);
    },
    done: () => null,
  });
}
