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
import { type Draft, newDraft, useDrafts } from './drafts.ts';
import classes from './editor.module.css';
import { firstTemplate } from './first-template.ts';
import { TemplateEditor } from './TemplateEditor.tsx';
import { exportName } from './template-list.ts';

interface Opened {
  readonly saved: { readonly text: string; readonly version: string } | null;
  readonly draft: Draft | null;
}

/** The editor of one template; `id` null for one that has no file yet. */
export function TemplatePage({ id }: { readonly id: string | null }): ReactNode {
  const title = id === null ? 'New template' : exportName(id);
  useTitle(title);
  const [draft] = useState(() => useDrafts.getState().get(id ?? newDraft) ?? null);
  const [opened, setOpened] = useState<Opened | null>(() => (id === null ? { saved: null, draft } : null));
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (id === null) return undefined;
    const stopping = new AbortController();
    const { signal } = stopping;
    const read = async () => {
      try {
        await connectionIs(['connected'], signal);
        const saved = await client.templates.read({ id }, { signal });
        if (!signal.aborted) setOpened({ saved, draft });
      } catch (error) {
        if (!signal.aborted) setProblem(problemFrom(error));
      }
    };
    void read();
    return () => stopping.abort();
  }, [id, draft]);
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
      {opened ? (
        <TemplateEditor id={id} saved={opened.saved ?? { text: opened.draft ? '' : firstTemplate, version: null }} draft={opened.draft} />
      ) : null}
    </div>
  );
}
