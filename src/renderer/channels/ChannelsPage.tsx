import { Button, Menu, SegmentedControl, Switch } from '@mantine/core';
import { IconChevronDown, IconPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { ChannelsState } from '../../shared/contract/channels.ts';
import { ProblemText } from '../app/act.tsx';
import { go, newChannelPath } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { IncidentsTabs } from '../incidents/IncidentsTabs.tsx';
import { setDesktop } from './actions.ts';
import { ChannelRow } from './ChannelRow.tsx';
import classes from './channels.module.css';
import { channelKinds, kindLooks } from './kinds.ts';
import { NagiosSources } from './NagiosSources.tsx';
import { useChannels, useFollowChannels } from './store.ts';

/** Where incidents and figures go, and the problems of other monitoring that come in. */
export function ChannelsPage(): ReactNode {
  useFollowChannels();
  useTitle('Where alerts go');
  const { state, problem } = useChannels();
  return (
    <div className={classes.page} aria-busy={state === null}>
      <header className={classes.head}>
        <h1 className="hum-unseen">Where alerts go</h1>
        <IncidentsTabs />
        <span className={classes.spacer} />
        <NewChannel />
      </header>
      {[problem, state?.problem ?? null, state?.setAside ?? null].map((each) =>
        each === null ? null : (
          <div key={each.message} className={classes.problem} role="alert">
            <ProblemText problem={each} />
          </div>
        ),
      )}
      {state === null ? null : (
        <>
          {state.channels.length === 0 ? <NoChannel /> : null}
          <ul className={classes.channels} aria-label="Channels">
            {state.channels.map((view) => (
              <ChannelRow key={view.channel.id} view={view} />
            ))}
          </ul>
          <Desktop desktop={state.desktop} />
          <NagiosSources state={state} />
        </>
      )}
    </div>
  );
}

function NewChannel(): ReactNode {
  return (
    <Menu position="bottom-end" width={380}>
      <Menu.Target>
        <Button size="compact-sm" h={30} leftSection={<IconPlus size={14} />} rightSection={<IconChevronDown size={12} />}>
          Add a channel
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {channelKinds.map((kind) => {
          const { word, about, icon: Icon } = kindLooks[kind];
          return (
            <Menu.Item key={kind} leftSection={<Icon size={16} stroke={1.5} aria-hidden="true" />} onClick={() => go(newChannelPath(kind))}>
              {word}
              <span className={classes.kindAbout}>{about}</span>
            </Menu.Item>
          );
        })}
      </Menu.Dropdown>
    </Menu>
  );
}

function NoChannel(): ReactNode {
  return (
    <div className={classes.nothing}>
      <h2>Incidents go nowhere yet.</h2>
      <p>
        Add a channel, send a test, and Hum tells the right place once. What cannot be delivered waits on the disk, in order, until it can,
        also when Hum is ended meanwhile.
      </p>
    </div>
  );
}

function Desktop({ desktop }: { readonly desktop: ChannelsState['desktop'] }): ReactNode {
  const { available, notifies, severity } = desktop;
  return (
    <section className={classes.block} aria-labelledby="channels-desktop">
      <h2 id="channels-desktop">This desktop</h2>
      {available ? (
        <div className={classes.inline}>
          <Switch
            label="Notify of incidents; several at once become one"
            checked={notifies}
            onChange={(event) => void setDesktop({ severity, notifies: event.currentTarget.checked })}
          />
          <SegmentedControl
            size="xs"
            aria-label="Which incidents are notified of"
            disabled={!notifies}
            data={[
              { value: 'warning', label: 'From warning' },
              { value: 'critical', label: 'Critical only' },
            ]}
            value={severity}
            onChange={(chosen) => void setDesktop({ notifies, severity: chosen === 'critical' ? 'critical' : 'warning' })}
          />
        </div>
      ) : (
        <p className={classes.quiet}>Notifications, the badge and the tray belong to the desktop window of Hum; this is a browser.</p>
      )}
    </section>
  );
}
