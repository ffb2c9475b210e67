import { Chip } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Channel, ChannelOf } from '../../shared/contract/channels.ts';
import { incidentEvents } from '../../shared/contract/channels.ts';
import classes from './channels.module.css';
import { Choice } from './fields.tsx';

type WithWants = Exclude<Channel, ChannelOf<'feed'>>;

const words: Readonly<Record<(typeof incidentEvents)[number], string>> = {
  opened: 'opens',
  worsened: 'gets worse',
  eased: 'eases',
  acknowledged: 'is acknowledged',
  snoozed: 'is snoozed',
  resolved: 'is resolved',
};

/** Which incidents go this way, and when in their life. */
export function WantsFields({
  channel,
  onChange,
}: {
  readonly channel: WithWants;
  readonly onChange: (channel: Channel) => void;
}): ReactNode {
  const { wants } = channel;
  return (
    <>
      <Choice
        label="Incidents"
        value={wants.severity}
        choices={{ warning: 'From warning', critical: 'Critical only' }}
        onChange={(severity) => onChange({ ...channel, wants: { ...wants, severity } })}
      />
      <div>
        <div className={classes.choiceLabel} id="channel-events">
          When one
        </div>
        <Chip.Group
          multiple
          value={wants.events}
          onChange={(chosen) =>
            onChange({ ...channel, wants: { ...wants, events: incidentEvents.filter((event) => chosen.includes(event)) } })
          }
        >
          {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would draw a frame */}
          <div className={classes.chips} role="group" aria-labelledby="channel-events">
            {incidentEvents.map((event) => (
              <Chip key={event} size="xs" variant="outline" value={event}>
                {words[event]}
              </Chip>
            ))}
          </div>
        </Chip.Group>
      </div>
    </>
  );
}
