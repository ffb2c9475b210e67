import { Button, Modal } from '@mantine/core';
import { IconArrowUp, IconFile, IconFolder } from '@tabler/icons-react';
import { type ReactNode, useEffect, useState } from 'react';
import type { FolderListing } from '../../../shared/contract/backup-jobs.ts';
import type { Problem } from '../../../shared/errors.ts';
import { visibleText } from '../../../shared/visible-text.ts';
import { ProblemText } from '../../app/act.tsx';
import { client } from '../../app/client.ts';
import { problemFrom } from '../../app/problem.ts';
import classes from './make.module.css';

interface BrowseDialogProps {
  readonly host: string;
  readonly hostName: string;
  readonly start: string;
  readonly onChoose: (path: string) => void;
  readonly onClose: () => void;
}

/** The folder above one; that of / is itself. */
export function above(path: string): string {
  return path.replace(/\/+$/, '').replace(/\/[^/]*$/, '') || '/';
}

/** Looks through the folders of a host for what is to be copied. */
export function BrowseDialog({ host, hostName, start, onChoose, onClose }: BrowseDialogProps): ReactNode {
  const [path, setPath] = useState(/^\/./.test(start) ? start.replace(/\/+$/, '') || '/' : '/');
  const [listing, setListing] = useState<FolderListing | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const stopping = new AbortController();
    setProblem(null);
    const ask = async () => {
      try {
        const found = await client.backupJobs.browse({ host, path }, { signal: stopping.signal });
        if (!stopping.signal.aborted) setListing(found);
      } catch (error) {
        if (!stopping.signal.aborted) setProblem(problemFrom(error));
      }
    };
    void ask();
    return () => stopping.abort();
  }, [host, path]);
  const inside = (name: string) => `${path === '/' ? '' : path}/${name}`;
  const choose = (chosen: string) => {
    onChoose(chosen);
    onClose();
  };
  const current = listing?.path === path ? listing : null;
  return (
    <Modal opened onClose={onClose} title={`Choose on ${visibleText(hostName, 80)}`} size="lg">
      <div className={classes.browse}>
        <div className={classes.browseHead}>
          <Button
            variant="default"
            size="compact-sm"
            h={28}
            disabled={path === '/'}
            onClick={() => setPath(above(path))}
            leftSection={<IconArrowUp size={14} />}
          >
            Up
          </Button>
          <bdi className="hum-mono">{visibleText(path, 300)}</bdi>
        </div>
        {problem ? (
          <div className={classes.problem} role="alert">
            <ProblemText problem={problem} />
          </div>
        ) : null}
        <ul className={classes.browseList} aria-label="What is in the folder" aria-busy={current === null && problem === null}>
          {current?.entries.map(({ name, folder }) => (
            <li key={name}>
              <button type="button" onClick={() => (folder ? setPath(inside(name)) : choose(inside(name)))}>
                {folder ? (
                  <IconFolder size={14} className={classes.icon} aria-label="Folder" />
                ) : (
                  <IconFile size={14} className={classes.icon} aria-label="File" />
                )}
                <bdi className="hum-mono">{visibleText(name, 200)}</bdi>
              </button>
            </li>
          ))}
          {current !== null && current.entries.length === 0 ? <li className={classes.quiet}>It is empty.</li> : null}
          {current !== null && current.left > 0 ? (
            <li className={classes.quiet}>{current.left.toLocaleString('en')} more, too many or with names that are no text.</li>
          ) : null}
        </ul>
        <div className={classes.browseFoot}>
          <span className={classes.about}>The folder itself goes into the copy, or only what is in it.</span>
          <Button variant="default" disabled={current === null || path === '/'} onClick={() => choose(path)}>
            Take the folder
          </Button>
          <Button disabled={current === null} onClick={() => choose(path === '/' ? '/' : `${path}/`)}>
            Take its contents
          </Button>
        </div>
      </div>
    </Modal>
  );
}
