import { z } from 'zod';
import {
  type Channel,
  channel,
  type DesktopSettings,
  mostChannels,
  mostNagiosSources,
  type NagiosSource,
  nagiosSource,
} from '../../shared/contract/channels.ts';
import { HumError } from '../../shared/errors.ts';
import { type Store, save } from '../storage/store.ts';

/** The channels and what else a person has set of them, in `channels.json`. No secret is in it. */
export interface ChannelFile {
  readonly channels: readonly Channel[];
  readonly sources: readonly NagiosSource[];
  readonly desktop: DesktopSettings;
  /** In place of the one with its id. @throws HumError `name-taken`, `conflict` when there are too many, `settings-unwritable` */
  putChannel(channel: Channel): void;
  removeChannel(id: string): void;
  putSource(source: NagiosSource): void;
  removeSource(id: string): void;
  setDesktop(settings: DesktopSettings): void;
}

const list = z.array(z.unknown()).catch([]);
const desktopSchema = z
  .object({ notifies: z.boolean(), severity: z.enum(['warning', 'critical']) })
  .catch({ notifies: true, severity: 'warning' });
const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/** Opens it. What does not fit its schema is left out. */
export function openChannelFile(store: Store): ChannelFile {
  let channels: readonly Channel[] = list.parse(store.get('channels')).flatMap((each) => channel.safeParse(each).data ?? []);
  let sources: readonly NagiosSource[] = list.parse(store.get('sources')).flatMap((each) => nagiosSource.safeParse(each).data ?? []);
  let desktop: DesktopSettings = desktopSchema.parse(store.get('desktop'));

  function keep(key: 'channels' | 'sources' | 'desktop', value: unknown): void {
    save(store, 'The channels could not be saved.', () => store.set(key, value));
  }

  return {
    get channels() {
      return channels;
    },
    get sources() {
      return sources;
    },
    get desktop() {
      return desktop;
    },
    putChannel(wanted) {
      const next = withOne(channels, wanted, mostChannels);
      keep('channels', next);
      channels = next;
    },
    removeChannel(id) {
      const next = channels.filter((each) => each.id !== id);
      keep('channels', next);
      channels = next;
    },
    putSource(wanted) {
      const next = withOne(sources, wanted, mostNagiosSources);
      keep('sources', next);
      sources = next;
    },
    removeSource(id) {
      const next = sources.filter((each) => each.id !== id);
      keep('sources', next);
      sources = next;
    },
    setDesktop(settings) {
      keep('desktop', settings);
      desktop = settings;
    },
  };
}

function withOne<One extends { readonly id: string; readonly name: string }>(
  all: readonly One[],
  wanted: One,
  most: number,
): readonly One[] {
  const others = all.filter(({ id }) => id !== wanted.id);
  if (others.some(({ name }) => byName.compare(name, wanted.name) === 0)) {
    throw new HumError({ code: 'name-taken', message: `There is one called “${wanted.name}” already.`, hint: 'Choose another name.' });
  }
  if (others.length >= most) {
    throw new HumError({ code: 'conflict', message: `There are ${most} already.`, hint: 'Remove one that is not needed.' });
  }
  return [...others, wanted].toSorted((left, right) => byName.compare(left.name, right.name));
}
