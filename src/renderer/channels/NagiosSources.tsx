import { ActionIcon, Button, Menu } from '@mantine/core';
import { IconAlertTriangle, IconDots, IconPlus, IconRefresh } from '@tabler/icons-react';
import { type ReactNode, useState } from 'react';
import type { ChannelsState, NagiosSource, NagiosSourceView } from '../../shared/contract/channels.ts';
import { formatAge } from '../../shared/units.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useEachSecond } from '../components/ticker.ts';
import { readSource, removeSource } from './actions.ts';
import classes from './channels.module.css';
import { NagiosProblems } from './NagiosProblems.tsx';
import { SourceDialog } from './SourceDialog.tsx';

/** A Nagios that writes nothing for so long stands still, ms: by default it writes every ten seconds. */
const staleMs = 300_000;

/** The other way: Nagios' own problems, beside Hum's. */
export function NagiosSources({ state }: { readonly state: ChannelsState }): ReactNode {
  const [open, setOpen] = useState<NagiosSource | 'new' | null>(null);
  return (
    <section className={classes.block} aria-labelledby="channels-nagios">
      <div className={classes.inline}>
        <h2 id="channels-nagios">What Nagios says</h2>
        <span className={classes.spacer} />
        <Button variant="default" size="compact-sm" h={30} leftSection={<IconPlus size={14} />} onClick={() => setOpen('new')}>
          Read a Nagios
        </Button>
      </div>
      {state.sources.length === 0 ? (
        <p className={classes.quiet}>
          Hum can show the problems of a Nagios beside its own: from status.dat on a host of the fleet, over its SSH session, or from
          statusjson.cgi.
        </p>
      ) : null}
      {state.sources.map((view) => (
        <Source key={view.source.id} view={view} onEdit={() => setOpen(view.source)} />
      ))}
      {open === null ? null : <SourceDialog before={open === 'new' ? null : open} onClose={() => setOpen(null)} />}
    </section>
  );
}

function Source({ view, onEdit }: { readonly view: NagiosSourceView; readonly onEdit: () => void }): ReactNode {
  const { source, from, readAt, writtenAt, count, problem } = view;
  const name = visibleText(source.name, 80);
  const age = useEachSecond(() =>
    readAt === null
      ? 'Not read yet'
      : `Read ${ago(readAt)}, written by Nagios ${writtenAt === null ? 'at an unknown time' : ago(writtenAt)}`,
  );
  const old = useEachSecond(() => writtenAt !== null && Date.now() - writtenAt > staleMs);
  return (
    <div className={classes.source}>
      <div className={classes.inline}>
        <h3>{name}</h3>
        <span className={`hum-mono ${classes.quiet}`}>{from}</span>
        <span className={classes.spacer} />
        <span className={old ? classes.warning : classes.quiet}>
          {old ? <IconAlertTriangle size={14} aria-hidden="true" /> : null}
          {age}
        </span>
        <ActionIcon variant="subtle" color="gray" size={28} aria-label={`Read ${name} now`} onClick={() => void readSource(source)}>
          <IconRefresh size={16} />
        </ActionIcon>
        {view.demo ? null : (
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon variant="subtle" color="gray" size={28} aria-label={`More for ${name}`}>
                <IconDots size={16} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onEdit}>Edit…</Menu.Item>
              <Menu.Item color="red" onClick={() => void removeSource(source)}>
                Remove
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        )}
      </div>
      {problem === null ? null : (
        <div className={classes.channelProblem} role="alert">
          <ProblemText problem={problem} />
        </div>
      )}
      {readAt === null ? null : <NagiosProblems name={name} problems={view.problems} count={count} />}
    </div>
  );
}

function ago(at: number): string {
  const age = formatAge(Date.now() - at);
  return age === 'now' ? 'now' : `${age} ago`;
}
