import { NumberInput, TagsInput, Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { incidentPlaceholders, samplePlaceholders } from '../../shared/alert-placeholders.ts';
import type { Channel, ChannelOf } from '../../shared/contract/channels.ts';
import classes from './channels.module.css';
import { Choice, Seconds, TemplateField } from './fields.tsx';
import { HttpFields, TlsFields } from './HttpFields.tsx';
import { WantsFields } from './WantsFields.tsx';

interface KindProps<Kind extends Channel['kind']> {
  readonly channel: ChannelOf<Kind>;
  readonly onChange: (channel: Channel) => void;
}

export function FeedFields({ channel, onChange }: KindProps<'feed'>): ReactNode {
  const names = channel.names;
  const rename = (part: Partial<typeof names>) => onChange({ ...channel, names: { ...names, ...part } });
  return (
    <>
      <HttpFields channel={channel} onChange={onChange} />
      <Seconds label="Interval" ms={channel.intervalMs} onChange={(intervalMs) => onChange({ ...channel, intervalMs })} />
      <fieldset className={classes.group}>
        <legend>Names of the fields</legend>
        <div className={classes.fieldRow}>
          <TextInput label="The host’s name" value={names.server} onChange={(event) => rename({ server: event.currentTarget.value })} />
          <TextInput label="Memory used, percent" value={names.usage} onChange={(event) => rename({ usage: event.currentTarget.value })} />
          <TextInput label="When" value={names.timestamp} onChange={(event) => rename({ timestamp: event.currentTarget.value })} />
        </div>
      </fieldset>
      <TemplateField
        label="More fields"
        about="A JSON object. Empty: none."
        placeholders={samplePlaceholders}
        placeholder={'{"site": "eu", "load": "{{load1}}"}'}
        text={channel.extra}
        onChange={(extra) => onChange({ ...channel, extra })}
      />
    </>
  );
}

export function MailFields({ channel, onChange }: KindProps<'mail'>): ReactNode {
  return (
    <>
      <div className={classes.pair}>
        <TextInput
          label="SMTP server"
          placeholder="mail.example.org"
          value={channel.server}
          onChange={(event) => onChange({ ...channel, server: event.currentTarget.value })}
        />
        <NumberInput
          label="Port"
          allowDecimal={false}
          allowNegative={false}
          value={channel.port}
          onChange={(port) => onChange({ ...channel, port: Number(port) })}
        />
      </div>
      <Choice
        label="Encryption"
        value={channel.security}
        choices={{ starttls: 'STARTTLS', tls: 'TLS', none: 'None' }}
        onChange={(security) => onChange({ ...channel, security })}
      />
      <TextInput
        label="User"
        description="Empty where the server wants no login."
        autoComplete="off"
        value={channel.user}
        onChange={(event) => onChange({ ...channel, user: event.currentTarget.value })}
      />
      <TextInput
        label="From"
        placeholder="hum@example.org"
        value={channel.from}
        onChange={(event) => onChange({ ...channel, from: event.currentTarget.value })}
      />
      <TagsInput
        label="To"
        placeholder="ops@example.org"
        value={[...channel.to]}
        maxTags={50}
        onChange={(to) => onChange({ ...channel, to })}
      />
      <WantsFields channel={channel} onChange={onChange} />
      <TextInput
        label="Subject"
        description="Empty: Hum’s own, as shown."
        placeholder="[Hum] {{status}} {{host}}: {{what}}"
        value={channel.subject}
        onChange={(event) => onChange({ ...channel, subject: event.currentTarget.value })}
      />
      <TemplateField
        label="Text"
        about="Empty: Hum’s own, as shown."
        placeholders={incidentPlaceholders}
        placeholder="{{what}}"
        text={channel.text}
        onChange={(text) => onChange({ ...channel, text })}
      />
      <TlsFields channel={channel} onChange={onChange} />
    </>
  );
}

export function CommandFields({ channel, onChange }: KindProps<'command'>): ReactNode {
  return (
    <>
      <TextInput
        label="Program"
        description="On the machine that Hum runs on, by its whole path. No shell reads what follows."
        placeholder="/usr/local/bin/notify"
        classNames={{ input: 'hum-mono' }}
        value={channel.program}
        onChange={(event) => onChange({ ...channel, program: event.currentTarget.value })}
      />
      <Textarea
        label="Arguments"
        description="One a line, as it is; placeholders are filled in. The incident comes on stdin as JSON, its main values as HUM_… in the environment."
        placeholder={'--host\n{{host}}\n{{what}}'}
        classNames={{ input: 'hum-mono' }}
        autosize
        minRows={3}
        maxRows={12}
        value={channel.args.join('\n')}
        onChange={(event) => onChange({ ...channel, args: event.currentTarget.value === '' ? [] : event.currentTarget.value.split('\n') })}
      />
      <Seconds label="Ended after" ms={channel.timeoutMs} onChange={(timeoutMs) => onChange({ ...channel, timeoutMs })} />
      <WantsFields channel={channel} onChange={onChange} />
    </>
  );
}
