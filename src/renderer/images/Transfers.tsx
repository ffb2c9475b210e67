import { Button } from '@mantine/core';
import { IconAlertOctagon, IconBan, IconCheck, IconInfoCircle, IconPlugConnectedX, IconUpload } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ImageTransfer } from '../../shared/contract/images.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useSettings } from '../app/settings.ts';
import progress from '../components/progress.module.css';
import { useHostName } from '../deploy/host-name.ts';
import { cancelTransfer, isFed, stopWaiting } from './actions.ts';
import { transferRatio, transferTitle, transferWords } from './image-words.ts';
import classes from './images.module.css';
import { useTransfers } from './store.ts';

/** What is copied, uploaded and verified now, or was lately. Takes no room while there is nothing. */
export function Transfers(): ReactNode {
  const transfers = useTransfers((state) => state.transfers);
  if (transfers.length === 0) return null;
  return (
    <section className={classes.transfers} aria-labelledby="transfers">
      <h2 id="transfers">Transfers</h2>
      <ul>
        {transfers.map((transfer) => (
          <Transfer key={transfer.id} transfer={transfer} />
        ))}
      </ul>
    </section>
  );
}

const endings = {
  done: { Icon: IconCheck, word: 'Done' },
  failed: { Icon: IconAlertOctagon, word: 'Failed' },
  cancelled: { Icon: IconBan, word: 'Cancelled' },
  waiting: { Icon: IconPlugConnectedX, word: 'Waiting' },
} as const;

function Transfer({ transfer }: { readonly transfer: ImageTransfer }): ReactNode {
  const nameOf = useHostName();
  const { id, kind, state, bytes, total, problem, notBySftp } = transfer;
  const several = useSettings((store) => (store.settings?.imageFolders.length ?? 1) > 1);
  const title = transferTitle(transfer, nameOf, several);
  const ratio = transferRatio(transfer);
  const waits = kind === 'upload' && state === 'running' && total !== null && bytes !== total && !isFed(id);
  const awaited = useTransfers((store) => store.awaited.has(id)) && state === 'failed';
  return (
    <li data-state={state}>
      <div className={classes.transferLine}>
        <span className={classes.transferTitle}>{title}</span>
        {state === 'running' ? (
          <progress className={progress.bar} aria-label={title} max={1} {...(ratio === null ? {} : { value: ratio })} />
        ) : (
          <Ending state={awaited ? 'waiting' : state} />
        )}
        <span className={`hum-mono ${classes.figures}`}>{transferWords(transfer)}</span>
        {state === 'running' ? (
          <Button variant="default" size="compact-sm" h={28} onClick={() => void cancelTransfer(transfer)} aria-label={`Cancel: ${title}`}>
            Cancel
          </Button>
        ) : awaited ? (
          <Button variant="default" size="compact-sm" h={28} onClick={() => stopWaiting(id)} aria-label={`Stop waiting: ${title}`}>
            Stop
          </Button>
        ) : (
          <span />
        )}
      </div>
      {waits ? (
        <p className={classes.waits}>
          <IconUpload size={12} aria-hidden="true" /> Its file is sent by another window, or was: choose the same file again, and it goes on
          where it was cut.
        </p>
      ) : null}
      {awaited ? (
        <p className={classes.waits}>
          <IconPlugConnectedX size={12} aria-hidden="true" /> The connection was lost. It goes on by itself where it was cut, once the host
          is back.
        </p>
      ) : null}
      {notBySftp && state === 'running' ? (
        <p className={classes.waits}>
          <IconInfoCircle size={12} aria-hidden="true" /> Not by SFTP but through a shell, which is slower:{' '}
          {visibleText(`${notBySftp.message} ${notBySftp.hint}`, 400)}
        </p>
      ) : null}
      {problem && !awaited ? (
        <div className={classes.transferProblem}>
          <ProblemText problem={problem} />
        </div>
      ) : null}
    </li>
  );
}

function Ending({ state }: { readonly state: keyof typeof endings }): ReactNode {
  const { Icon, word } = endings[state];
  return (
    <span className={classes.ending} data-state={state}>
      <Icon size={14} aria-hidden="true" /> {word}
    </span>
  );
}
