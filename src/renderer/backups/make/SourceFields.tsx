import { ActionIcon, Button, TextInput } from '@mantine/core';
import { IconFolderSearch, IconPlus, IconX } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import { visibleText } from '../../../shared/visible-text.ts';
import { useFleet } from '../../fleet/store.ts';
import { BrowseDialog } from './BrowseDialog.tsx';
import classes from './make.module.css';

interface SourceFieldsProps {
  readonly sources: readonly string[];
  readonly error: string | undefined;
  /** The host whose folders are shown for choosing; undefined where none is chosen yet. */
  readonly host: string | undefined;
  readonly onChange: (sources: readonly string[]) => void;
}

/** As the contract has it. */
const mostSources = 16;

function meaning(source: string): string {
  if (source === '') return 'A folder or a file; with a slash at its end only what is in it.';
  return source.endsWith('/') ? 'What is in it, without the folder itself.' : 'The folder itself, or the file.';
}

/** What is copied: paths on the host, typed or chosen there. */
export function SourceFields({ sources, error, host, onChange }: SourceFieldsProps): ReactNode {
  const [browsing, setBrowsing] = useState<number | null>(null);
  const put = (at: number, path: string) => onChange(sources.map((source, index) => (index === at ? path : source)));
  const hostName = host === undefined ? '' : (useFleet.getState().rows.get(host)?.host.name ?? host);
  return (
    <div className={classes.sources}>
      {sources.map((source, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the fields have no other name than their place
        <div key={at} className={classes.source}>
          <TextInput
            label={at === 0 ? 'Copy' : undefined}
            aria-label={at === 0 ? undefined : `Copy, ${at + 1}`}
            description={at === 0 ? meaning(source) : undefined}
            error={at === sources.length - 1 ? error : undefined}
            placeholder="/var/www/"
            classNames={{ input: 'hum-mono' }}
            value={source}
            maxLength={4096}
            onChange={(event) => put(at, event.currentTarget.value)}
            autoComplete="off"
            spellCheck={false}
          />
          <ActionIcon
            variant="default"
            size={30}
            aria-label={`Choose on the host${at === 0 ? '' : `, ${at + 1}`}`}
            disabled={host === undefined}
            onClick={() => setBrowsing(at)}
          >
            <IconFolderSearch size={16} />
          </ActionIcon>
          {sources.length > 1 ? (
            <ActionIcon
              variant="default"
              size={30}
              aria-label={`Leave out ${visibleText(source, 80)}`}
              onClick={() => onChange(sources.filter((_, index) => index !== at))}
            >
              <IconX size={16} />
            </ActionIcon>
          ) : null}
        </div>
      ))}
      {sources.length < mostSources ? (
        <Button
          className={classes.more ?? ''}
          size="compact-xs"
          h={24}
          variant="subtle"
          leftSection={<IconPlus size={12} />}
          onClick={() => onChange([...sources, ''])}
        >
          Another path
        </Button>
      ) : null}
      {browsing !== null && host !== undefined ? (
        <BrowseDialog
          host={host}
          hostName={hostName}
          start={sources[browsing] ?? '/'}
          onChoose={(path) => put(browsing, path)}
          onClose={() => setBrowsing(null)}
        />
      ) : null}
    </div>
  );
}
