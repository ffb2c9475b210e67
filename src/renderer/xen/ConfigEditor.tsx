import { Button } from '@mantine/core';
import { type ReactNode, useRef, useState } from 'react';
import type { ConfigComplaint, DomainConfig, DomainRow } from '../../shared/contract/xen.ts';
import type { Problem } from '../../shared/errors.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { DiffView } from '../components/DiffView.tsx';
import { TextArea } from '../components/TextArea.tsx';
import { sayWhenOver } from './batches.ts';
import { Complaints } from './Complaints.tsx';
import classes from './config.module.css';
import { offsetOf } from './text-place.ts';

interface ConfigEditorProps {
  readonly row: DomainRow;
  readonly file: NonNullable<DomainConfig['disk']>;
  readonly onClose: () => void;
}

/** Edits the file of a domain: checked by Hum's parser and by the toolstack, saved with the one before kept beside it. */
export function ConfigEditor({ row, file, onClose }: ConfigEditorProps): ReactNode {
  const [text, setText] = useState(file.text);
  /** The file that was opened, or the newer one that the person has seen since. */
  const [base, setBase] = useState(file);
  const [complaints, setComplaints] = useState<readonly ConfigComplaint[] | null>(null);
  const [theirs, setTheirs] = useState<{ readonly text: string; readonly version: string } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);

  const during = async (work: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      setProblem(problemFrom(error));
    } finally {
      setBusy(false);
    }
  };
  const check = () => during(async () => setComplaints((await client.xen.checkConfig({ host: row.host, text })).complaints));
  const save = () =>
    during(async () => {
      const saved = await client.xen.saveConfig({ domain: { host: row.host, key: row.key }, text, version: base.version });
      if (saved.kind === 'changed') {
        setTheirs({ text: saved.text, version: saved.version });
        return;
      }
      sayWhenOver({ id: saved.plan, plans: [saved.plan], doneWord: 'Saved the configuration of', which: visibleText(row.name, 60) });
      onClose();
    });
  const goTo = (complaint: ConfigComplaint) => {
    const at = offsetOf(text, complaint.line, complaint.column);
    area.current?.focus();
    area.current?.setSelectionRange(at, at);
  };
  const keep = (whose: 'mine' | 'theirs') => {
    if (!theirs) return;
    setBase({ ...base, text: theirs.text, version: theirs.version });
    if (whose === 'theirs') setText(theirs.text);
    setComplaints(null);
    setTheirs(null);
  };

  if (theirs) {
    return (
      <div className={classes.editor}>
        <p className={classes.changed} role="alert">
          The file was changed on the host since you opened it. Nothing was written. Below is what you would change of it now.
        </p>
        <DiffView before={theirs.text} after={text} label="From the file on the host to your text" />
        <div className={classes.buttons}>
          <Button variant="default" size="compact-sm" h={28} onClick={() => keep('theirs')}>
            Take the file on the host
          </Button>
          <Button size="compact-sm" h={28} onClick={() => keep('mine')}>
            Keep my text and edit on
          </Button>
        </div>
      </div>
    );
  }
  const changed = text !== base.text;
  return (
    <div className={classes.editor}>
      <TextArea
        label="The text of the configuration"
        text={text}
        complaints={complaints}
        area={area}
        onChange={(next) => {
          setText(next);
          setComplaints(null);
        }}
      />
      <Complaints complaints={complaints} onGo={goTo} />
      {problem ? (
        <div className={classes.problem} role="alert">
          <ProblemText problem={problem} />
        </div>
      ) : null}
      <div className={classes.buttons}>
        <span className={classes.quiet}>What is saved takes effect when the VM is started the next time.</span>
        <span className={classes.spacer} />
        <Button variant="default" size="compact-sm" h={28} onClick={onClose}>
          {changed ? 'Discard' : 'Close'}
        </Button>
        <Button variant="default" size="compact-sm" h={28} disabled={busy} onClick={() => void check()}>
          Check
        </Button>
        <Button size="compact-sm" h={28} disabled={busy || !changed} onClick={() => void save()}>
          Save
        </Button>
      </div>
    </div>
  );
}
