import { ActionIcon, Button } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import progress from '../components/progress.module.css';
import { useFleetRow } from '../fleet/store.ts';
import { progressWords, transferRatio } from '../images/image-words.ts';
import classes from './files.module.css';
import { cancelFile, dismissFiles, type FileTransfer, retryFile, useFileTransfers } from './transfers.ts';

/** The files that this window moves, or moved lately. Takes no room while there is none. */
export function FileTransfers(): ReactNode {
  const transfers = useFileTransfers((state) => state.transfers);
  if (transfers.length === 0) return null;
  const ended = transfers.filter(({ state }) => !isGoing(state));
  return (
    <ul className={classes.transfers} aria-label="Files on their way">
      {ended.length > 1 ? (
        <li className={classes.clear}>
          <Button size="compact-xs" variant="default" onClick={() => dismissFiles(ended.map(({ id }) => id))}>
            Clear the {ended.length} that have ended
          </Button>
        </li>
      ) : null}
      {transfers.toReversed().map((transfer) => (
        <Transfer key={transfer.id} transfer={transfer} />
      ))}
    </ul>
  );
}

function isGoing(state: FileTransfer['state']): state is 'queued' | 'running' | 'waiting' {
  return state === 'queued' || state === 'running' || state === 'waiting';
}

const words: Readonly<Record<Exclude<FileTransfer['state'], 'running'>, string>> = {
  queued: 'waits its turn',
  waiting: 'waits for the host',
  done: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

function Transfer({ transfer }: { readonly transfer: FileTransfer }): ReactNode {
  const host = useFleetRow(transfer.host)?.host.name ?? transfer.host;
  const { id, kind, name, path, state, problem } = transfer;
  const what = visibleText(kind === 'upload' ? name : (path ?? name), 120);
  const where = visibleText(host, 60);
  const title = kind === 'upload' ? `Upload ${what} to ${where}` : `Download ${what} from ${where}`;
  const going = isGoing(state);
  const ratio = transferRatio(transfer);
  return (
    <li className={classes.transfer} data-state={state}>
      <span className={classes.title} title={visibleText(path ?? name, 500)}>
        {title}
      </span>
      {state === 'running' ? (
        <progress className={progress.bar} aria-label={title} max={1} {...(ratio === null ? {} : { value: ratio })} />
      ) : (
        <span>{words[state]}</span>
      )}
      <span className={`hum-mono ${classes.figures}`}>
        {progressWords({ ...transfer, state: going ? 'running' : state, checking: false })}
      </span>
      <span className={classes.buttons}>
        {state === 'failed' ? (
          <Button size="compact-xs" variant="default" onClick={() => retryFile(id)} aria-label={`Try again: ${title}`}>
            Try again
          </Button>
        ) : null}
        {going ? (
          <Button size="compact-xs" variant="default" onClick={() => void cancelFile(id)} aria-label={`Cancel: ${title}`}>
            Cancel
          </Button>
        ) : (
          <ActionIcon variant="subtle" color="gray" size={22} onClick={() => dismissFiles([id])} aria-label={`Off the list: ${title}`}>
            <IconX size={14} />
          </ActionIcon>
        )}
      </span>
      {problem === undefined ? null : (
        <div className={classes.problem}>
          <ProblemText problem={problem} />
        </div>
      )}
    </li>
  );
}
