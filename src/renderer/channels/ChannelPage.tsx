import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import type { Channel, SecretState } from '../../shared/contract/channels.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { useKeys } from '../app/keys.ts';
import { channelsPath, go } from '../app/paths.ts';
import { useTitle } from '../app/use-title.ts';
import { BackLink } from '../components/BackLink.tsx';
import { saveChannel } from './actions.ts';
import { ChannelForm } from './ChannelForm.tsx';
import classes from './channels.module.css';
import { isChannelKind, kindLooks, newChannel } from './kinds.ts';
import { useChannels, useFollowChannels } from './store.ts';
import { TestPanel } from './TestPanel.tsx';
import { usePreview } from './use-preview.ts';

/** A channel to be written, previewed and tested. `id` null: a new one of the kind. */
export function ChannelPage({ id, kind }: { readonly id: string | null; readonly kind: string | null }): ReactNode {
  useFollowChannels();
  const state = useChannels((channels) => channels.state);
  if (state === null) return null;
  const view = id === null ? undefined : state.channels.find(({ channel }) => channel.id === id);
  if (view !== undefined) return <Editor key={view.channel.id} before={view.channel} secretState={view.secret} isNew={false} />;
  if (id === null && kind !== null && isChannelKind(kind))
    return <Editor key={kind} before={newChannel(kind)} secretState="missing" isNew />;
  return (
    <div className={classes.nothing}>
      <h1>This channel is not there.</h1>
      <p>It may have been removed in another window.</p>
      <Button onClick={() => go(channelsPath)}>All channels</Button>
    </div>
  );
}

interface EditorProps {
  readonly before: Channel;
  readonly secretState: SecretState;
  readonly isNew: boolean;
}

function Editor({ before, secretState, isNew }: EditorProps): ReactNode {
  const [channel, setChannel] = useState(before);
  const [secret, setSecret] = useState('');
  const [saving, setSaving] = useState(false);
  const preview = usePreview(channel);
  const { word } = kindLooks[channel.kind];
  const name = visibleText(before.name, 80);
  useTitle(isNew ? 'New channel' : name);
  const typed = secret === '' ? undefined : secret;
  const save = async () => {
    if (saving || preview.problem !== null) return;
    setSaving(true);
    const saved = await saveChannel(channel, typed);
    setSaving(false);
    if (saved) go(channelsPath);
  };
  const leave = () => {
    if (JSON.stringify(channel) === JSON.stringify(before) && secret === '') go(channelsPath);
  };
  useKeys({ escape: leave, u: leave });
  return (
    <form
      className={classes.page}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
      onKeyDown={(event) => {
        if (event.key !== 's' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        void save();
      }}
    >
      <header className={classes.head}>
        <BackLink to={channelsPath}>Where alerts go</BackLink>
        <h1>{isNew ? `New: ${word}` : name}</h1>
        <span className={classes.spacer} />
        <Button type="submit" size="compact-sm" h={30} loading={saving} disabled={preview.problem !== null}>
          Save
        </Button>
      </header>
      <div className={classes.editor}>
        <div className={classes.form}>
          <ChannelForm channel={channel} onChange={setChannel} secret={secret} onSecret={setSecret} secretState={secretState} />
        </div>
        <div className={classes.beside}>
          <section aria-labelledby="channel-preview">
            <h2 id="channel-preview">What would be sent</h2>
            {preview.problem === null ? null : (
              <div className={classes.unready} role="status">
                <ProblemText problem={preview.problem} />
              </div>
            )}
            {preview.text === '' ? null : <Sent text={preview.text} old={preview.problem !== null} />}
          </section>
          <TestPanel channel={channel} secret={typed} ready={preview.problem === null} />
        </div>
      </div>
    </form>
  );
}

function Sent({ text, old }: { readonly text: string; readonly old: boolean }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard too
    <section className={classes.scroll} aria-labelledby="channel-preview" tabIndex={0}>
      <pre className={`hum-mono ${classes.sent}`} data-old={old || undefined}>
        {text}
      </pre>
    </section>
  );
}
