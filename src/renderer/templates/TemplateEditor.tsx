import { Button } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { TemplateComplaint } from '../../shared/contract/templates.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText, showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { deployPath, go, goInstead, templatePath, templatesPath } from '../app/paths.ts';
import { problemFrom } from '../app/problem.ts';
import { DiffView } from '../components/DiffView.tsx';
import { TextArea } from '../components/TextArea.tsx';
import { offsetOf } from '../xen/text-place.ts';
import { CheckView } from './CheckView.tsx';
import { type Draft, dropDraft, keepDraft, newDraft } from './drafts.ts';
import classes from './editor.module.css';
import { useCheck } from './use-check.ts';

interface TemplateEditorProps {
  readonly id: string | null;
  /** The file as it was opened; `version` null where there is none. */
  readonly saved: { readonly text: string; readonly version: string | null };
  readonly draft: Draft | null;
}

/** The text of a template on the left, what it comes to on the right. A text that is not saved is kept when the editor is left. */
export function TemplateEditor({ id, saved, draft }: TemplateEditorProps): ReactNode {
  const own = id === null || id.startsWith('own/');
  const [text, setText] = useState(draft?.text ?? saved.text);
  const [base, setBase] = useState(saved);
  const [theirs, setTheirs] = useState<{ readonly text: string; readonly version: string } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [round, setRound] = useState(0);
  const area = useRef<HTMLTextAreaElement>(null);
  const checked = useCheck(text);
  const changed = text !== base.text;
  const errors = checked.current && checked.check ? checked.check.complaints.filter((each) => each.severity === 'error').length : 0;
  const key = id ?? newDraft;
  const forget = useKeptDraft(key, changed ? { text, source: draft?.source ?? '', notes: draft?.notes ?? [] } : null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` says that the text is there again after a comparison
  useEffect(() => area.current?.focus(), [round]);

  const save = async (then: (savedId: string) => void) => {
    setBusy(true);
    setProblem(null);
    try {
      const answer = await client.templates.save({ id: own ? id : null, text, version: own ? base.version : null });
      if (answer.kind === 'changed') return setTheirs({ text: answer.text, version: answer.version });
      forget();
      setBase({ text, version: answer.version });
      then(answer.id);
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };
  const stay = (savedId: string) => {
    showDone(own ? 'Saved.' : 'Saved as a template of your own.');
    if (savedId !== id) goInstead(templatePath(savedId));
  };
  const canSave = changed && !busy;
  const goTo = ({ line, column }: Pick<TemplateComplaint, 'line' | 'column'>) => {
    const at = offsetOf(text, line, column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const keep = (whose: 'mine' | 'theirs') => {
    if (!theirs) return;
    setBase(theirs);
    if (whose === 'theirs') setText(theirs.text);
    setTheirs(null);
    setRound((before) => before + 1);
  };

  if (theirs) {
    return (
      <div className={classes.differing}>
        <p className={classes.changed} role="alert">
          The file was changed on the disk since you opened it. Nothing was written. Below is what you would change of it now.
        </p>
        <DiffView before={theirs.text} after={text} label="From the file on the disk to your text" />
        <div className={classes.buttons}>
          <Button variant="default" onClick={() => keep('theirs')}>
            Take the file on the disk
          </Button>
          <Button onClick={() => keep('mine')}>Keep my text and edit on</Button>
        </div>
      </div>
    );
  }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl-S from anywhere in it, beside its button
    <div
      className={classes.editor}
      onKeyDown={(event) => {
        if (event.key !== 's' || !(event.ctrlKey || event.metaKey) || event.altKey) return;
        event.preventDefault();
        if (canSave) void save(stay);
      }}
    >
      <section className={classes.left} aria-label="The template">
        <Notes draft={draft} own={own} onTakeSaved={draft && base.version !== null && changed ? () => setText(base.text) : null} />
        <TextArea
          label="The text of the template"
          text={text}
          onChange={setText}
          complaints={checked.check?.complaints ?? null}
          area={area}
          fill
        />
      </section>
      <section className={classes.right} aria-label="What it comes to" data-current={checked.current || undefined}>
        <CheckView checked={checked} onGo={goTo} />
      </section>
      <footer className={classes.footer}>
        <div role="alert" className={classes.alert}>
          {problem ? (
            <div className={classes.problem}>
              <ProblemText problem={problem} />
            </div>
          ) : null}
        </div>
        <span className={classes.quiet}>
          {changed ? 'Not saved yet.' : base.version === null ? '' : 'Saved.'}
          {errors > 0 ? ' It can be saved once its errors are gone.' : ''}
        </span>
        <span className={classes.spacer} />
        <Button
          variant="default"
          disabled={!changed}
          onClick={() => {
            forget();
            setText(base.text);
            if (id === null) go(templatesPath);
          }}
        >
          Discard
        </Button>
        <Button variant={changed ? 'filled' : 'default'} disabled={!canSave} onClick={() => void save(stay)}>
          {own ? 'Save' : 'Save as your own'}
        </Button>
        <Button
          variant={changed ? 'default' : 'filled'}
          disabled={busy || errors > 0 || (id === null && !changed)}
          onClick={() => {
            if (changed) void save((savedId) => go(deployPath(savedId, null)));
            else if (id !== null) go(deployPath(id, null));
          }}
        >
          {changed ? 'Save and deploy' : 'Deploy'}
        </Button>
      </footer>
    </div>
  );
}

interface NotesProps {
  readonly draft: Draft | null;
  readonly own: boolean;
  readonly onTakeSaved: (() => void) | null;
}

function Notes({ draft, own, onTakeSaved }: NotesProps): ReactNode {
  if (!draft && own) return null;
  return (
    <div className={classes.notes}>
      {own ? null : <p>This one is not yours to change. What you change is saved as a template of your own.</p>}
      {draft ? (
        <>
          <p>
            {draft.source === '' ? 'Your text from before, which was not saved.' : draft.source}{' '}
            {onTakeSaved ? (
              <button type="button" className={classes.link} onClick={onTakeSaved}>
                Take the saved one
              </button>
            ) : null}
          </p>
          {draft.notes.length > 0 ? (
            <ul>
              {draft.notes.map((note) => (
                <li key={note}>{visibleText(note, 300)}</li>
              ))}
            </ul>
          ) : null}
        </>
      ) : null}
    </div>
  );
}

/**
 * Keeps a text that is not saved when the editor is left, and asks the browser to ask before the window is closed over it. Gives the way to
 * forget it: the editor may be left before it is drawn with what was saved.
 */
function useKeptDraft(key: string, draft: Draft | null): () => void {
  const latest = useRef(draft);
  useEffect(() => {
    latest.current = draft;
  });
  const dirty = draft !== null;
  useEffect(() => {
    if (!dirty) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty]);
  useEffect(
    () => () => {
      if (latest.current) keepDraft(key, latest.current);
      else dropDraft(key);
    },
    [key],
  );
  return () => {
    latest.current = null;
  };
}
