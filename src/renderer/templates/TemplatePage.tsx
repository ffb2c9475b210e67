import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconArrowLeft } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { Problem } from '../../shared/errors.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { connectionIs } from '../app/connection.ts';
import { go, templatesPath } from '../app/paths.ts';
import { problemFrom } from '../app/problem.ts';
import { useTitle } from '../app/use-title.ts';
import { newDraft, useDrafts } from './drafts.ts';
import classes from './editor.module.css';
import { useFollowTemplates, useTemplates } from './store.ts';
import { TemplateEditor } from './TemplateEditor.tsx';
import { exportName, renamed } from './template-list.ts';

/** The text that the editor begins with, and the version of its file; null where there is none. */
interface Opened {
  readonly text: string;
  readonly version: string | null;
}

/** Stands in for the id of an example where there is no template at all. */
const noExample = '';

/** The editor of one template; `id` null for one that has no file yet. */
export function TemplatePage({ id }: { readonly id: string | null }): ReactNode {
  const title = id === null ? 'New template' : exportName(id);
  useTitle(title);
  const [draft] = useState(() => useDrafts.getState().get(id ?? newDraft) ?? null);
  const [opened, setOpened] = useState<Opened | null>(() => (id === null && draft ? { text: '', version: null } : null));
  const [problem, setProblem] = useState<Problem | null>(null);
  useFollowTemplates();
  // A new one begins as one that ships with Hum: it is whole, and its comments say what can be changed.
  const example = useTemplates(({ loaded, templates }) =>
    loaded ? ((templates.find(({ origin }) => origin === 'shipped') ?? templates[0])?.id ?? noExample) : null,
  );
  const wanted = opened ? null : (id ?? example);
  useEffect(() => {
    if (wanted === null) return undefined;
    if (wanted === noExample) return setOpened({ text: '', version: null });
    const stopping = new AbortController();
    const { signal } = stopping;
    const read = async () => {
      try {
        await connectionIs(['connected'], signal);
        const { text, version } = await client.templates.read({ id: wanted }, { signal });
        if (!signal.aborted) setOpened(id === null ? { text: renamed(text, 'New template'), version: null } : { text, version });
      } catch (error) {
        if (!signal.aborted) setProblem(problemFrom(error));
      }
    };
    void read();
    return () => stopping.abort();
  }, [wanted, id]);
  return (
    <div className={classes.page} aria-busy={opened === null && problem === null}>
      <header className={classes.head}>
        <Tooltip label="Back to the templates">
          <ActionIcon variant="subtle" color="gray" size={28} onClick={() => go(templatesPath)} aria-label="Back to the templates">
            <IconArrowLeft size={18} />
          </ActionIcon>
        </Tooltip>
        <h1 className={id === null ? '' : 'hum-mono'}>{title}</h1>
      </header>
      {problem ? (
        <div className={classes.absent} role="alert">
          <ProblemText problem={problem} />
          <Button variant="default" onClick={() => go(templatesPath)}>
            Back to the templates
          </Button>
        </div>
      ) : null}
      {opened ? <TemplateEditor id={id} saved={opened} draft={draft} /> : null}
    </div>
  );
}
