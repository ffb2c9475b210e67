import { Select, Textarea, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Channel, ChannelOf } from '../../shared/contract/channels.ts';
import classes from './channels.module.css';
import { Seconds } from './fields.tsx';

type WithHttp = ChannelOf<'feed' | 'webhook'>;
type SignIn = WithHttp['signIn'];

const signIns: readonly { readonly value: SignIn['kind']; readonly label: string }[] = [
  { value: 'none', label: 'Nothing' },
  { value: 'bearer', label: 'A bearer token' },
  { value: 'basic', label: 'User and password (Basic)' },
  { value: 'header', label: 'A header of its own' },
];

/** Where a request goes, with which headers, and how it says who it is. */
export function HttpFields({
  channel,
  onChange,
}: {
  readonly channel: WithHttp;
  readonly onChange: (channel: Channel) => void;
}): ReactNode {
  const { signIn } = channel;
  const choose = (kind: string | null) => {
    const next: SignIn =
      kind === 'basic' ? { kind, user: '' } : kind === 'header' ? { kind, name: 'X-Api-Key' } : { kind: kind === 'bearer' ? kind : 'none' };
    onChange({ ...channel, signIn: next });
  };
  return (
    <>
      <TextInput
        label="Address"
        placeholder="https://dashboard.example.org/api/samples"
        value={channel.url}
        onChange={(event) => onChange({ ...channel, url: event.currentTarget.value })}
      />
      <div className={classes.pair}>
        <Select label="Signs in with" allowDeselect={false} data={[...signIns]} value={signIn.kind} onChange={choose} />
        {signIn.kind === 'basic' ? (
          <TextInput
            label="User"
            autoComplete="off"
            value={signIn.user}
            onChange={(event) => onChange({ ...channel, signIn: { kind: 'basic', user: event.currentTarget.value } })}
          />
        ) : signIn.kind === 'header' ? (
          <TextInput
            label="Name of the header"
            value={signIn.name}
            onChange={(event) => onChange({ ...channel, signIn: { kind: 'header', name: event.currentTarget.value } })}
          />
        ) : null}
      </div>
      <Headers headers={channel.headers} onChange={(headers) => onChange({ ...channel, headers: [...headers] })} />
      <TlsFields channel={channel} onChange={onChange} />
    </>
  );
}

interface HeadersProps {
  readonly headers: WithHttp['headers'];
  readonly onChange: (headers: WithHttp['headers']) => void;
}

/** A header a line, `Name: value`, kept as it is typed. */
function Headers({ headers, onChange }: HeadersProps): ReactNode {
  const [text, setText] = useState(headers.map(({ name, value }) => `${name}: ${value}`).join('\n'));
  return (
    <Textarea
      label="More headers"
      description="One a line, “Name: value”. No secrets: these are shown."
      classNames={{ input: 'hum-mono' }}
      autosize
      minRows={1}
      maxRows={8}
      value={text}
      onChange={(event) => {
        const typed = event.currentTarget.value;
        setText(typed);
        onChange(
          typed
            .split('\n')
            .filter((line) => line.trim() !== '')
            .map((line) => {
              const [name = '', ...value] = line.split(':');
              return { name: name.trim(), value: value.join(':').trim() };
            }),
        );
      }}
    />
  );
}

type WithTls = ChannelOf<'feed' | 'webhook' | 'nrdp' | 'slack' | 'mail'>;

/** How long an answer is waited for, and which authority vouches for the server. */
export function TlsFields({ channel, onChange }: { readonly channel: WithTls; readonly onChange: (channel: Channel) => void }): ReactNode {
  return (
    <details className={classes.more} open={channel.authorities !== '' || undefined}>
      <summary>Time and certificates</summary>
      <Seconds label="An answer is waited for" ms={channel.timeoutMs} onChange={(timeoutMs) => onChange({ ...channel, timeoutMs })} />
      <Textarea
        label="Own authority"
        description="Its certificate in PEM, in place of the known ones. Empty: the known ones."
        placeholder="-----BEGIN CERTIFICATE-----"
        classNames={{ input: 'hum-mono' }}
        autosize
        minRows={2}
        maxRows={8}
        spellCheck={false}
        value={channel.authorities}
        onChange={(event) => onChange({ ...channel, authorities: event.currentTarget.value })}
      />
    </details>
  );
}
