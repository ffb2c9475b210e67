import { Button, FileButton } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { ImportError } from '../../shared/contract/inventory.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { showDone } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { closeDialog } from '../app/dialogs.ts';
import { importSummary, readImportText } from './import-text.ts';
import classes from './inventory.module.css';
import { ProblemBox } from './ProblemBox.tsx';
import { useSubmission } from './use-submission.ts';

/** Takes hosts from a file that Hum exported, all or nothing. */
export function FileImportDialog(): ReactNode {
  const [refused, setRefused] = useState<{ readonly fileName: string; readonly errors: readonly ImportError[] } | null>(null);
  const { busy, problem, submit } = useSubmission();

  const take = async (file: File | null) => {
    if (!file) return;
    setRefused(null);
    const result = await submit(async () => client.inventory.importFile({ text: await readImportText(file) }));
    if (!result) return;
    if (result.kind === 'refused') return setRefused({ fileName: file.name, errors: result.errors });
    closeDialog();
    showDone(importSummary(result));
  };

  return (
    <div className={classes.form}>
      <p className={classes.lead}>
        A JSON file that Hum exported, or one written to the same form. Hosts that are here already are skipped. If the file has an error,
        nothing is changed.
      </p>
      {refused ? <Errors fileName={refused.fileName} errors={refused.errors} /> : null}
      <ProblemBox problem={problem} />
      <div className={classes.footer}>
        <span className={classes.spacer} />
        <Button variant="default" onClick={closeDialog}>
          Cancel
        </Button>
        <FileButton accept=".json,application/json" onChange={(file) => void take(file)}>
          {(props) => (
            <Button {...props} disabled={busy} data-autofocus>
              {refused ? 'Choose again…' : 'Choose a file…'}
            </Button>
          )}
        </FileButton>
      </div>
    </div>
  );
}

/** A damaged file can have an error on each line; the first ones are enough to begin with. */
const shownErrors = 200;

function Errors({ fileName, errors }: { readonly fileName: string; readonly errors: readonly ImportError[] }): ReactNode {
  return (
    <div role="alert" className={classes.importErrors}>
      <p>
        {visibleText(fileName, 120)} has {errors.length} {errors.length === 1 ? 'error' : 'errors'}. Nothing was changed.
      </p>
      {/* A region that scrolls has to be reachable by keyboard. */}
      <section className={classes.scroll} aria-label="Errors of the file">
        <table>
          <thead>
            <tr>
              <th scope="col">Line</th>
              <th scope="col">Column</th>
              <th scope="col">Where</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {errors.slice(0, shownErrors).map((error) => (
              <tr key={`${error.line}:${error.column} ${error.path} ${error.message}`}>
                <td className="hum-mono">{error.line}</td>
                <td className="hum-mono">{error.column}</td>
                <td className="hum-mono">{visibleText(error.path, 80)}</td>
                <td>{visibleText(error.message, 300)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {errors.length > shownErrors ? <p className={classes.note}>and {errors.length - shownErrors} more</p> : null}
    </div>
  );
}
