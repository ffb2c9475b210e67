import type { CommandDraft, RunView, Snippet } from '../../shared/contract/commands.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { go, runPath } from '../app/paths.ts';
import { downloadText } from '../components/download.ts';
import { hostCount } from '../components/host-count.ts';

/** Begins a run and shows it. */
export async function beginRun(draft: CommandDraft): Promise<void> {
  const begun = await act({
    doing: `Running a command on ${hostCount(draft.hosts.length)}`,
    run: () => client.commands.begin(draft),
    done: () => null,
  });
  if (begun !== undefined) go(runPath(begun.id));
}

/** Runs it again where it failed, and shows that. */
export async function retryRun({ id }: Pick<RunView, 'id'>): Promise<void> {
  const begun = await act({ doing: 'Running it again', run: () => client.commands.retry({ id }), done: () => null });
  if (begun !== undefined) go(runPath(begun.id));
}

/** What comes of it shows on the page itself. */
export async function stopRun({ id }: Pick<RunView, 'id'>): Promise<void> {
  await act({ doing: 'Stopping the command', run: () => client.commands.stop({ id }), done: () => null });
}

export async function goOnWithRun({ id }: Pick<RunView, 'id'>): Promise<void> {
  await act({ doing: 'Going on', run: () => client.commands.goOn({ id }), done: () => null });
}

/** Saves a run as a file on the person's machine. */
export async function exportRun({ id }: Pick<RunView, 'id'>, format: 'text' | 'json'): Promise<void> {
  await act({
    doing: 'Exporting the results',
    run: async () => {
      const file = await client.commands.exportRun({ id, format });
      downloadText(file.fileName, file.text, format === 'json' ? 'application/json' : 'text/plain');
      return file.fileName;
    },
    done: (fileName) => `Saved ${fileName}.`,
  });
}

/** Gives all snippets, undefined when it failed. */
export function saveSnippet(snippet: Snippet): Promise<readonly Snippet[] | undefined> {
  return act({
    doing: 'Saving the snippet',
    run: () => client.commands.saveSnippet(snippet),
    done: () => `Saved “${visibleText(snippet.name, 80)}”.`,
  });
}

/** Gives all snippets, undefined when it failed. It can be brought back. */
export function removeSnippet(snippet: Snippet, onBack: (all: readonly Snippet[]) => void): Promise<readonly Snippet[] | undefined> {
  return act({
    doing: 'Removing the snippet',
    run: () => client.commands.removeSnippet({ id: snippet.id }),
    done: () => `Removed “${visibleText(snippet.name, 80)}”.`,
    undo: () => ({
      doing: 'Bringing it back',
      run: async () => onBack(await client.commands.saveSnippet(snippet)),
      done: () => null,
    }),
  });
}
