import { NumberInput, Switch, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Channel, ChannelOf } from '../../shared/contract/channels.ts';
import classes from './channels.module.css';
import { Seconds } from './fields.tsx';
import { WantsFields } from './WantsFields.tsx';

type NagiosChannel = ChannelOf<'nrdp' | 'nagios-file'>;

const usualRegular = { intervalMs: 60_000, memoryService: 'Memory', warnPercent: 80, criticalPercent: 90 };

/** What Nagios is told, and under which of its names. Nagios must have them: what it does not know it drops. */
export function NagiosFields({
  channel,
  onChange,
}: {
  readonly channel: NagiosChannel;
  readonly onChange: (channel: Channel) => void;
}): ReactNode {
  const { regular } = channel;
  const change = (part: Partial<NonNullable<NagiosChannel['regular']>>) => {
    if (regular !== null) onChange({ ...channel, regular: { ...regular, ...part } });
  };
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          label="Nagios’ name of a host"
          classNames={{ input: 'hum-mono' }}
          value={channel.hostName}
          onChange={(event) => onChange({ ...channel, hostName: event.currentTarget.value })}
        />
        <TextInput
          label="Service of an incident"
          classNames={{ input: 'hum-mono' }}
          value={channel.incidentService}
          onChange={(event) => onChange({ ...channel, incidentService: event.currentTarget.value })}
        />
      </div>
      <WantsFields channel={channel} onChange={onChange} />
      <Switch
        label="Host checks and memory of every host, at an interval"
        checked={regular !== null}
        onChange={(event) => onChange({ ...channel, regular: event.currentTarget.checked ? usualRegular : null })}
      />
      {regular === null ? null : (
        <fieldset className={classes.group}>
          <legend>Memory</legend>
          <div className={classes.fieldRow}>
            <TextInput
              label="Service"
              classNames={{ input: 'hum-mono' }}
              value={regular.memoryService}
              onChange={(event) => change({ memoryService: event.currentTarget.value })}
            />
            <Seconds label="Interval" ms={regular.intervalMs} onChange={(intervalMs) => change({ intervalMs })} />
            <NumberInput
              label="Warning at"
              suffix=" %"
              allowDecimal={false}
              value={regular.warnPercent}
              onChange={(value) => change({ warnPercent: Number(value) })}
            />
            <NumberInput
              label="Critical at"
              suffix=" %"
              allowDecimal={false}
              value={regular.criticalPercent}
              onChange={(value) => change({ criticalPercent: Number(value) })}
            />
          </div>
        </fieldset>
      )}
    </>
  );
}
