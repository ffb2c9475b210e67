import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { NagiosSource } from '../../shared/contract/channels.ts';
import { saveSource } from './actions.ts';
import classes from './channels.module.css';
import { AsChoice, Choice, HostPick, Seconds } from './fields.tsx';

const usualPath = '/var/lib/nagios4/status.dat';

function newSource(kind: NagiosSource['kind'], common: Pick<NagiosSource, 'id' | 'name' | 'intervalMs'>): NagiosSource {
  const { id, name, intervalMs } = common;
  return kind === 'file'
    ? { kind, id, name, intervalMs, host: '', path: usualPath, as: 'login' }
    : { kind, id, name, intervalMs, url: 'https://', user: '', authorities: '', timeoutMs: 15_000, secretFile: '' };
}

/** Which Nagios is read, and how. */
export function SourceDialog({ before, onClose }: { readonly before: NagiosSource | null; readonly onClose: () => void }): ReactNode {
  const [source, setSource] = useState<NagiosSource>(
    before ?? newSource('file', { id: crypto.randomUUID(), name: 'Nagios', intervalMs: 30_000 }),
  );
  const [secret, setSecret] = useState('');
  const [saving, setSaving] = useState(false);
  const ready = source.name.trim() !== '' && (source.kind === 'cgi' || source.host !== '');
  const save = async () => {
    setSaving(true);
    const saved = await saveSource(source, secret === '' ? undefined : secret);
    setSaving(false);
    if (saved) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={before === null ? 'Read a Nagios' : 'Edit what is read'} size={520}>
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready) void save();
        }}
      >
        <TextInput
          label="Name"
          data-autofocus
          maxLength={80}
          value={source.name}
          onChange={(event) => setSource({ ...source, name: event.currentTarget.value })}
        />
        <Choice
          label="From"
          value={source.kind}
          choices={{ file: 'status.dat, over SSH', cgi: 'statusjson.cgi, over HTTP' }}
          onChange={(kind) => setSource(newSource(kind, source))}
        />
        {source.kind === 'file' ? (
          <>
            <HostPick label="The host that Nagios runs on" host={source.host} onChange={(host) => setSource({ ...source, host })} />
            <TextInput
              label="Its status file"
              classNames={{ input: 'hum-mono' }}
              value={source.path}
              onChange={(event) => setSource({ ...source, path: event.currentTarget.value })}
            />
            <AsChoice as={source.as} onChange={(as) => setSource({ ...source, as })} />
          </>
        ) : (
          <>
            <TextInput
              label="Address"
              placeholder="https://nagios.example.org/cgi-bin/nagios4/statusjson.cgi"
              value={source.url}
              onChange={(event) => setSource({ ...source, url: event.currentTarget.value })}
            />
            <TextInput
              label="User"
              description="Empty where it wants no login."
              autoComplete="off"
              value={source.user}
              onChange={(event) => setSource({ ...source, user: event.currentTarget.value })}
            />
            {source.user === '' ? null : (
              <PasswordInput
                label="Password"
                description={before === null ? undefined : 'Leave it empty to keep the one there is.'}
                autoComplete="new-password"
                value={secret}
                onChange={(event) => setSecret(event.currentTarget.value)}
              />
            )}
          </>
        )}
        <Seconds label="Read every" ms={source.intervalMs} onChange={(intervalMs) => setSource({ ...source, intervalMs })} />
        <div className={classes.dialogFoot}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={saving} disabled={!ready}>
            Save
          </Button>
        </div>
      </form>
    </Modal>
  );
}
