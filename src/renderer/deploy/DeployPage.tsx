import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { deployPath, go, goInstead, newTemplatePath, templatesPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { useFollowTemplates, useTemplates } from '../templates/store.ts';
import { useFollowXen, useXen } from '../xen/store.ts';
import { DeployFormView } from './DeployFormView.tsx';
import classes from './deploy.module.css';
import { lastTemplate } from './last-template.ts';

interface DeployPageProps {
  /** The id of the template; null for the one that was used last, or the first. */
  readonly template: string | null;
  /** An inventory id; null for the best host. */
  readonly host: string | null;
}

/** One page from a template to a running VM: what is asked on the left, what would be done on the right. */
export function DeployPage({ template: id, host }: DeployPageProps): ReactNode {
  useFollowTemplates();
  useFollowXen();
  useTitle('Deploy');
  const { loaded, templates, problem } = useTemplates();
  // The name that is suggested must be free: that is known only when the domains are.
  const known = useXen((state) => state.loaded);
  const xenProblem = useXen((state) => state.problem);
  const trouble = problem ?? xenProblem;
  const template =
    id === null ? (templates.find((each) => each.id === lastTemplate()) ?? templates[0]) : templates.find((each) => each.id === id);
  if (trouble && !(loaded && known)) {
    return (
      <div className={classes.nothing} role="alert">
        <ProblemText problem={trouble} />
      </div>
    );
  }
  if (!loaded || !known) {
    return (
      <div className={classes.nothing} aria-busy="true">
        <p role="status">Reading the templates and the VMs that there are…</p>
      </div>
    );
  }
  if (!template) return <NoTemplate id={id} />;
  return (
    <DeployFormView
      key={template.id}
      template={template}
      templates={templates}
      host={host}
      onTemplate={(next, chosen) => goInstead(deployPath(next, chosen === 'best' ? null : chosen))}
    />
  );
}

function NoTemplate({ id }: { readonly id: string | null }): ReactNode {
  return (
    <div className={classes.nothing}>
      <h1>{id === null ? 'There is no template yet' : `There is no template ${visibleText(id, 120)}`}</h1>
      <p>
        {id === null
          ? 'A VM is deployed from a template. Write one, or make one from a VM that you have.'
          : 'Its file may have been renamed or removed, or it has an error: the templates page says which.'}
      </p>
      <Button onClick={() => go(id === null ? newTemplatePath : templatesPath)}>{id === null ? 'New template' : 'To the templates'}</Button>
    </div>
  );
}
