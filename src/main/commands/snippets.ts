import { z } from 'zod';
import { mostSnippets, type Snippet, snippet } from '../../shared/contract/commands.ts';
import { HumError } from '../../shared/errors.ts';
import { type Store, save } from '../storage/store.ts';

/** Commands that are kept under a name. */
export interface Snippets {
  /** In the order of their names. */
  list(): readonly Snippet[];
  /** @throws HumError `name-taken` by another, `conflict` when there are too many, `settings-unwritable` */
  save(snippet: Snippet): readonly Snippet[];
  /** @throws HumError `settings-unwritable` */
  remove(id: string): readonly Snippet[];
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Opens them. One that does not fit its schema is left out. */
export function openSnippets(store: Store): Snippets {
  const saved = z.array(z.unknown()).safeParse(store.get('snippets'));
  let all: readonly Snippet[] = (saved.data ?? []).flatMap((each) => snippet.safeParse(each).data ?? []).slice(0, mostSnippets);

  function keep(next: readonly Snippet[]): readonly Snippet[] {
    const sorted = next.toSorted((left, right) => byName.compare(left.name, right.name));
    save(store, 'The snippets could not be saved.', () => store.set('snippets', sorted));
    all = sorted;
    return all;
  }

  return {
    list: () => all,
    save(wanted) {
      const others = all.filter(({ id }) => id !== wanted.id);
      if (others.some(({ name }) => byName.compare(name, wanted.name) === 0)) throw taken(wanted.name);
      if (others.length >= mostSnippets) throw tooMany();
      return keep([...others, wanted]);
    },
    remove: (id) => keep(all.filter((each) => each.id !== id)),
  };
}

function taken(name: string): HumError {
  return new HumError({
    code: 'name-taken',
    message: `There is a snippet called “${name}” already.`,
    hint: 'Choose another name, or remove that one.',
  });
}

function tooMany(): HumError {
  return new HumError({ code: 'conflict', message: `There are ${mostSnippets} snippets already.`, hint: 'Remove one that is not needed.' });
}
