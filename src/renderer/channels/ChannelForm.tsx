import { TagsInput, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { incidentPlaceholders } from '../../shared/alert-placeholders.ts';
import type { Channel, SecretState } from '../../shared/contract/channels.ts';
import { AsChoice, HostPick, TemplateField } from './fields.tsx';
import { HttpFields, TlsFields } from './HttpFields.tsx';
import { CommandFields, FeedFields, MailFields } from './kind-fields.tsx';
import { NagiosFields } from './NagiosFields.tsx';
import { SecretField } from './SecretField.tsx';
import { WantsFields } from './WantsFields.tsx';

interface ChannelFormProps {
  readonly channel: Channel;
  readonly onChange: (channel: Channel) => void;
  readonly secret: string;
  readonly onSecret: (secret: string) => void;
  readonly secretState: SecretState;
}

/** Everything that a channel of its kind can be told. */
export function ChannelForm({ channel, onChange, secret, onSecret, secretState }: ChannelFormProps): ReactNode {
  return (
    <>
      <TextInput
        label="Name"
        data-autofocus={channel.name === '' || undefined}
        maxLength={80}
        value={channel.name}
        onChange={(event) => onChange({ ...channel, name: event.currentTarget.value })}
      />
      <KindFields channel={channel} onChange={onChange} />
      <SecretField channel={channel} onChange={onChange} secret={secret} onSecret={onSecret} state={secretState} />
      <TagsInput
        label="Only hosts with"
        description="tag:web, group:db or host:web01. Empty: every host. Hosts of the demo fleet are never sent anywhere."
        value={[...channel.only]}
        maxTags={32}
        maxLength={100}
        onChange={(only) => onChange({ ...channel, only })}
      />
    </>
  );
}

function KindFields({ channel, onChange }: Pick<ChannelFormProps, 'channel' | 'onChange'>): ReactNode {
  switch (channel.kind) {
    case 'feed':
      return <FeedFields channel={channel} onChange={onChange} />;
    case 'webhook':
      return (
        <>
          <HttpFields channel={channel} onChange={onChange} />
          <WantsFields channel={channel} onChange={onChange} />
          <TemplateField
            label="Body"
            about="JSON whose strings may hold placeholders. Empty: Hum’s own, as shown."
            placeholders={incidentPlaceholders}
            placeholder={'{"title": "{{status}} {{host}}", "text": "{{what}}"}'}
            text={channel.body}
            onChange={(body) => onChange({ ...channel, body })}
          />
        </>
      );
    case 'nrdp':
      return (
        <>
          <TextInput
            label="Address of NRDP"
            placeholder="https://nagios.example.org/nrdp/"
            value={channel.url}
            onChange={(event) => onChange({ ...channel, url: event.currentTarget.value })}
          />
          <NagiosFields channel={channel} onChange={onChange} />
          <TlsFields channel={channel} onChange={onChange} />
        </>
      );
    case 'nagios-file':
      return (
        <>
          <HostPick
            label="The host that Nagios runs on"
            host={channel.nagiosHost}
            onChange={(nagiosHost) => onChange({ ...channel, nagiosHost })}
          />
          <TextInput
            label="Its external command file"
            classNames={{ input: 'hum-mono' }}
            value={channel.path}
            onChange={(event) => onChange({ ...channel, path: event.currentTarget.value })}
          />
          <AsChoice as={channel.as} onChange={(as) => onChange({ ...channel, as })} />
          <NagiosFields channel={channel} onChange={onChange} />
        </>
      );
    case 'slack':
      return (
        <>
          <WantsFields channel={channel} onChange={onChange} />
          <TemplateField
            label="Text"
            about="Empty: Hum’s own, as shown."
            placeholders={incidentPlaceholders}
            placeholder="{{status}} {{host}}: {{what}}"
            text={channel.text}
            onChange={(text) => onChange({ ...channel, text })}
          />
          <TlsFields channel={channel} onChange={onChange} />
        </>
      );
    case 'mail':
      return <MailFields channel={channel} onChange={onChange} />;
    case 'command':
      return <CommandFields channel={channel} onChange={onChange} />;
  }
}
