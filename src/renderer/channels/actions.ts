import type { Channel, ChannelView, DesktopSettings, NagiosSource } from '../../shared/contract/channels.ts';
import { visibleText } from '../../shared/visible-text.ts';
import { act } from '../app/act.tsx';
import { client } from '../app/client.ts';

const called = (name: string) => visibleText(name, 80);

/** Whether it was saved. */
export async function saveChannel(channel: Channel, secret: string | undefined): Promise<boolean> {
  const saved = await act({
    doing: `Saving ${called(channel.name)}`,
    run: async () => {
      await client.channels.save({ channel, secret });
      return true;
    },
    done: () => `Saved ${called(channel.name)}.`,
  });
  return saved === true;
}

export async function setChannelEnabled({ id, name }: Channel, enabled: boolean): Promise<void> {
  await act({
    doing: `Switching ${called(name)} ${enabled ? 'on' : 'off'}`,
    run: () => client.channels.setEnabled({ id, enabled }),
    done: () => null,
  });
}

/** The secret is gone for good: what is brought back needs it again. */
export async function removeChannel({ channel, secret, waiting }: ChannelView): Promise<void> {
  const lost = waiting > 0 ? ` ${waiting.toLocaleString('en')} messages that waited went with it.` : '';
  await act({
    doing: `Removing ${called(channel.name)}`,
    run: () => client.channels.remove({ id: channel.id }),
    done: () => `Removed ${called(channel.name)}.${lost}`,
    undo: () => ({
      doing: `Bringing ${called(channel.name)} back`,
      run: () => client.channels.save({ channel, secret: undefined }),
      done: () => `Brought back ${called(channel.name)}.${secret === 'keychain' || secret === 'memory' ? ' Enter its secret again.' : ''}`,
    }),
  });
}

export async function retryChannel({ id, name }: Channel): Promise<void> {
  await act({ doing: `Trying ${called(name)}`, run: () => client.channels.retryNow({ id }), done: () => null });
}

export async function discardWaiting({ id, name }: Channel, waiting: number): Promise<void> {
  await act({
    doing: `Discarding what waits for ${called(name)}`,
    run: () => client.channels.discard({ id }),
    done: () => `Discarded ${waiting.toLocaleString('en')} messages; they count as dropped.`,
  });
}

/** Whether it was saved. */
export async function saveSource(source: NagiosSource, secret: string | undefined): Promise<boolean> {
  const saved = await act({
    doing: `Saving ${called(source.name)}`,
    run: async () => {
      await client.channels.saveSource({ source, secret });
      return true;
    },
    done: () => null,
  });
  return saved === true;
}

export async function removeSource(source: NagiosSource): Promise<void> {
  await act({
    doing: `Removing ${called(source.name)}`,
    run: () => client.channels.removeSource({ id: source.id }),
    done: () => `Removed ${called(source.name)}. Nagios itself goes on.`,
    undo: () => ({
      doing: `Bringing ${called(source.name)} back`,
      run: () => client.channels.saveSource({ source, secret: undefined }),
      done: () => `Brought back ${called(source.name)}.`,
    }),
  });
}

export async function readSource({ id, name }: NagiosSource): Promise<void> {
  await act({ doing: `Reading ${called(name)}`, run: () => client.channels.readSource({ id }), done: () => null });
}

export async function setDesktop(settings: DesktopSettings): Promise<void> {
  await act({ doing: 'Saving the notifications', run: () => client.channels.setDesktop(settings), done: () => null });
}
