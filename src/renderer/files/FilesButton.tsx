import { ActionIcon, Button, Popover, TextInput, Tooltip } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { visibleText } from '../../shared/visible-text.ts';
import { pickFiles } from '../components/pick-file.ts';
import { FolderFiles } from './FolderFiles.tsx';
import classes from './files.module.css';
import { downloadFile, uploadFiles } from './transfers.ts';

interface FilesButtonProps {
  /** The inventory id. */
  readonly host: string;
  /** As people call it; safe to show. */
  readonly name: string;
  /** Where its shell is; null: not known, and the home of the account is meant. */
  readonly directory: string | null;
  /** What is selected in the terminal: the name of a file, perhaps. */
  readonly selection: () => string;
}

const longestPath = 4096;

/** Uploads files into the directory of a shell, and lists what is there: to be dragged out, or downloaded. */
export function FilesButton({ host, name, directory, selection }: FilesButtonProps): ReactNode {
  const [opened, setOpened] = useState(false);
  const [path, setPath] = useState('');
  const place = directory === null ? 'the home directory' : visibleText(directory, 300);
  const open = () => {
    const selected = selection().trim();
    if (selected !== '' && selected.length <= longestPath && !/\p{Cc}/u.test(selected)) setPath(selected);
    setOpened(!opened);
  };
  const download = (wanted: string) => {
    setOpened(false);
    downloadFile(host, directory, wanted);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (path.trim() !== '') download(path.trim());
  };
  const upload = async () => {
    const files = await pickFiles();
    setOpened(false);
    if (files.length > 0) uploadFiles(host, directory, files);
  };
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={460} trapFocus returnFocus>
      <Popover.Target>
        <Tooltip label="Upload and download files">
          <ActionIcon variant="subtle" color="gray" size={22} aria-label="Files" onClick={open}>
            <IconFileUpload size={14} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown>
        <div className={classes.choices}>
          <p className={classes.place}>
            On <span className="hum-mono">{name}</span>, in <span className="hum-mono">{place}</span>
          </p>
          <Button size="compact-sm" variant="default" onClick={() => void upload()}>
            Upload files…
          </Button>
          <p className={classes.hint}>Or drop them onto the terminal. Nothing there is overwritten.</p>
          <FolderFiles host={host} directory={directory} wanted={path} onDownload={download} />
          <form onSubmit={submit} className={classes.download}>
            <TextInput
              size="xs"
              label="A file to download"
              placeholder="app.log or /var/log/app.log"
              maxLength={longestPath}
              value={path}
              data-autofocus
              classNames={{ input: 'hum-mono' }}
              onChange={(event) => setPath(event.currentTarget.value)}
            />
            <Button type="submit" size="xs" disabled={path.trim() === ''}>
              Download
            </Button>
          </form>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
