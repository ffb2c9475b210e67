import { PasswordInput, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { Channel, SecretState } from '../../shared/contract/channels.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { secretWords } from './channel-words.ts';
import classes from './channels.module.css';
import { secretLabel, sendsInClear } from './kinds.ts';
import { useChannels } from './store.ts';

interface SecretFieldProps {
  readonly channel: Channel;
  readonly onChange: (channel: Channel) => void;
  readonly secret: string;
  readonly onSecret: (secret: string) => void;
  readonly state: SecretState;
}

/** The secret of a channel: it goes to the console and never comes back. Or the file that it is read from. */
export function SecretField({ channel, onChange, secret, onSecret, state }: SecretFieldProps): ReactNode {
  const secrets = useChannels((channels) => channels.state?.secrets);
  const label = secretLabel(channel);
  if (label === null) return null;
  const outlives =
    secrets?.where === 'keychain' && secrets.refusal === null
      ? 'It is kept in the keychain of this account.'
      : `It is kept until Hum ends, and asked for again then.${secrets?.refusal ? ` ${visibleText(secrets.refusal, 300)}` : ''}`;
  return (
    <fieldset className={classes.group}>
      <legend>Secret</legend>
      <PasswordInput
        label={label}
        description={
          channel.secretFile === '' ? `${secretWords[state]} ${outlives} It belongs to this address alone.` : 'It is read from the file.'
        }
        autoComplete="new-password"
        disabled={channel.secretFile !== ''}
        value={secret}
        onChange={(event) => onSecret(event.currentTarget.value)}
      />
      <TextInput
        label="Or the first line of a file"
        description="On the machine that Hum runs on, read for each request: what is rotated is used at once."
        placeholder="/run/secrets/dashboard"
        classNames={{ input: 'hum-mono' }}
        value={channel.secretFile}
        onChange={(event) => onChange({ ...channel, secretFile: event.currentTarget.value })}
      />
      {sendsInClear(channel) ? (
        <p className={classes.warning}>
          <IconAlertTriangle size={14} aria-hidden="true" /> Anybody on the way can read this secret: the address is not encrypted.
        </p>
      ) : null}
    </fieldset>
  );
}
