import { ActionIcon, Button, Menu, Switch } from '@mantine/core';
import { IconAlertTriangle, IconCheck, IconCircleDashed, IconDots, IconX } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { ChannelView } from '../../shared/contract/channels.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { ProblemText } from '../app/act.tsx';
import { channelPath, go } from '../app/paths.ts';
import { clockDate } from '../components/clock-time.ts';
import { useEachSecond } from '../components/ticker.ts';
import { discardWaiting, removeChannel, retryChannel, setChannelEnabled } from './actions.ts';
import { type ChannelTone, countsOf, standingOf } from './channel-words.ts';
import classes from './channels.module.css';
import { kindLooks } from './kinds.ts';

const toneShapes = { quiet: IconCircleDashed, good: IconCheck, warn: IconAlertTriangle, bad: IconX } satisfies Record<ChannelTone, unknown>;

/** A channel with how it does; what stands in its way is said below it. */
export function ChannelRow({ view }: { readonly view: ChannelView }): ReactNode {
  const { channel, to, waiting, oldestAt, lastSentAt, problem, refusal } = view;
  const word = useEachSecond(() => standingOf(view, Date.now()).word);
  const { tone } = standingOf(view, Date.now());
  const { word: kindWord, icon: Icon } = kindLooks[channel.kind];
  const Mark = toneShapes[tone];
  const name = visibleText(channel.name, 80);
  const shown = channel.enabled ? (problem ?? (tone === 'bad' ? (refusal?.problem ?? null) : null)) : null;
  return (
    <li className={classes.channel}>
      <div className={classes.channelLine}>
        <Switch
          aria-label={`${name} is on`}
          checked={channel.enabled}
          onChange={(event) => void setChannelEnabled(channel, event.currentTarget.checked)}
        />
        <Icon size={18} stroke={1.5} aria-hidden="true" />
        <div className={classes.channelName}>
          <Link href={channelPath(channel.id)}>{name}</Link>
          <span className={classes.quiet}>
            {kindWord} · <span className={channel.kind === 'slack' || channel.kind === 'mail' ? undefined : 'hum-mono'}>{to}</span>
          </span>
        </div>
        <div className={classes.channelState}>
          <span className={classes.mark} data-tone={tone} role="status">
            <Mark size={14} stroke={2} aria-hidden="true" />
            {word}
          </span>
          <span className={`hum-mono ${classes.quiet}`}>{countsOf(view)}</span>
        </div>
        <span className={`hum-mono ${classes.quiet} ${classes.when}`}>
          {waiting > 0 && oldestAt !== null
            ? `waits since ${clockDate(oldestAt)}`
            : lastSentAt === null
              ? ''
              : `last ${clockDate(lastSentAt)}`}
        </span>
        <Button variant="default" size="compact-sm" h={28} onClick={() => go(channelPath(channel.id))} aria-label={`Edit or test ${name}`}>
          Edit, test
        </Button>
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size={28} aria-label={`More for ${name}`}>
              <IconDots size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item disabled={problem === null} onClick={() => void retryChannel(channel)}>
              Try again now
            </Menu.Item>
            <Menu.Item disabled={waiting === 0} onClick={() => void discardWaiting(channel, waiting)}>
              Discard what waits ({waiting.toLocaleString('en')})
            </Menu.Item>
            <Menu.Item color="red" onClick={() => void removeChannel(view)}>
              Remove
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </div>
      {shown === null ? null : (
        <div className={classes.channelProblem} role="alert">
          <ProblemText problem={shown} />
        </div>
      )}
    </li>
  );
}
