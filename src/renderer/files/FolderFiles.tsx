import { ActionIcon, Tooltip } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { FileListing, ListedFile } from '../../shared/contract/files.ts';
import type { Problem } from '../../shared/errors.ts';
import { formatBytes } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { client } from '../app/client.ts';
import { problemFrom } from '../app/problem.ts';
import { dragOut } from './drag-out.ts';
import { dragsOut, listingWords, matchingFiles } from './file-list.ts';
import classes from './files.module.css';

interface FolderFilesProps {
  readonly host: string;
  readonly directory: string | null;
  /** What has been typed: files that hold it come alone, where there are any. */
  readonly wanted: string;
  readonly onDownload: (path: string) => void;
}

type Listed = { readonly listing: FileListing } | { readonly problem: Problem } | null;

/** The files where a shell is, to be dragged out of the page or downloaded. */
export function FolderFiles({ host, directory, wanted, onDownload }: FolderFilesProps): ReactNode {
  const [listed, setListed] = useState<Listed>(null);
  useEffect(() => {
    const leaving = new AbortController();
    const show = (next: Listed) => {
      if (!leaving.signal.aborted) setListed(next);
    };
    client.files.list({ host, directory }, { signal: leaving.signal }).then(
      (listing) => show({ listing }),
      (error: unknown) => show({ problem: problemFrom(error) }),
    );
    return () => leaving.abort();
  }, [host, directory]);
  if (listed === null) return <p className={classes.hint}>Reading the directory…</p>;
  if ('problem' in listed) return <ProblemText problem={listed.problem} />;
  const { listing } = listed;
  const matching = matchingFiles(listing.files, wanted);
  const draggable = dragsOut(navigator.userAgent);
  const words = listingWords(listing, matching.length, draggable);
  return (
    <>
      {matching.length === 0 ? null : (
        <ul className={classes.listed} aria-label="Files in this directory">
          {matching.map((file) => (
            <Row key={file.name} host={host} directory={listing.directory} file={file} draggable={draggable} onDownload={onDownload} />
          ))}
        </ul>
      )}
      {words === '' ? null : <p className={classes.hint}>{words}</p>}
    </>
  );
}

interface RowProps {
  readonly host: string;
  readonly directory: string;
  readonly file: ListedFile;
  /** Out of the page. */
  readonly draggable: boolean;
  readonly onDownload: (path: string) => void;
}

function Row({ host, directory, file, draggable, onDownload }: RowProps): ReactNode {
  const ended = useRef<() => void>(() => undefined);
  const path = `${directory.replace(/\/+$/, '')}/${file.name}`;
  const shown = visibleText(file.name, 120);
  return (
    <li
      draggable={draggable}
      className={classes.listedFile}
      onDragStart={(event) => {
        ended.current = dragOut(event.dataTransfer, { host, directory, path });
      }}
      onDragEnd={() => ended.current()}
    >
      <span className={`hum-mono ${classes.title}`} title={visibleText(file.name, 300)}>
        {shown}
      </span>
      <span className={`hum-mono ${classes.figures}`}>{file.bytes === null ? 'link' : formatBytes(file.bytes)}</span>
      <Tooltip label="Download">
        <ActionIcon variant="subtle" color="gray" size={22} aria-label={`Download ${shown}`} onClick={() => onDownload(path)}>
          <IconDownload size={14} />
        </ActionIcon>
      </Tooltip>
    </li>
  );
}
